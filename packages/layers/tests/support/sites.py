"""Sites made up for a test."""

from crackling.sites import Site


def make_site(guide="ACGTACGTACGTACGTACGT", pam="AGG", contig="q", start=0):
    return Site(contig, start, start + 23, "+", guide, pam)
