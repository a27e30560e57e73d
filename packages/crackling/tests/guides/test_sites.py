"""Candidate guides of a query, against the oracle's reading of windows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import oracle
from crackling.guides.sites import find_sites
from crackling.sequences.fasta import Contig

F = "ACGATCGATACGATCATGAC"


@given(st.lists(st.text("ACGTGGN-R", max_size=90), max_size=3))
def test_sites_are_the_oracles_with_the_pam_ngg(sequences: list[str]) -> None:
    contigs = [Contig(f"c{i}", sequence) for i, sequence in enumerate(sequences)]
    locations = oracle.find_locations({contig.name: contig.sequence for contig in contigs})
    sites = find_sites(contigs)
    assert [(s.contig, s.start, s.strand, s.guide, s.pam) for s in sites] == [
        place for place in locations if place.pam.endswith("GG")
    ]
    assert all(site.end == site.start + 23 for site in sites)


def test_sites_of_both_strands_in_order_of_place() -> None:
    """Overlapping ones too; forward before reverse where they start together."""
    sites = find_sites([Contig("a", "CC" + "A" * 19 + "GG" + "G")])
    assert [(site.start, site.strand, site.pam) for site in sites] == [
        (0, "+", "AGG"),
        (0, "-", "TGG"),
        (1, "+", "GGG"),
    ]


def test_a_site_that_occurs_twice_is_kept_twice() -> None:
    sites = find_sites([Contig("a", f"{F}TGGN{F}TGG")])
    assert [(site.start, site.guide) for site in sites] == [(0, F), (24, F)]
