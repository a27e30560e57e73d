"""Make sites for a test."""

from __future__ import annotations

from crackling.guides.sites import SITE_NT, Site


def make_site(
    guide: str = "ACGTACGTACGTACGTACGT", pam: str = "AGG", contig: str = "q", start: int = 0
) -> Site:
    return Site(contig, start, start + SITE_NT, "+", guide, pam)
