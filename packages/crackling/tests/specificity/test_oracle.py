"""Compare the oracle with figures computed by hand, so that its mistakes cannot hide those of the kernel."""

from __future__ import annotations

import pytest

import oracle
from support.planted import ALWAYS_OVERFLOWS, Planted

GUIDE = "ACGATCGATACGATCATGAC"


def test_both_strands_of_a_window_are_read_5_to_3() -> None:
    forward = oracle.find_locations({"a": f"AAA{GUIDE}TGG"})
    assert forward == [oracle.Location("a", 3, "+", GUIDE, "TGG")]
    reverse = oracle.find_locations({"a": "AAACCAGTCATGATCGTATCGATCGT"})
    assert reverse == [oracle.Location("a", 3, "-", GUIDE, "TGG")]


@pytest.mark.parametrize(
    ("pam", "sites"), [("TGG", 1), ("TAG", 1), ("TCG", 0), ("TTG", 0), ("TGA", 0), ("TAA", 0)]
)
def test_pam_is_nrg(pam: str, sites: int) -> None:
    assert len(oracle.find_locations({"a": GUIDE + pam})) == sites


def test_mit_of_one_and_of_two_mismatches() -> None:
    # Position 20 weighs 0.583, position 19 0.685; two neighbours: (19 - 1) / 19 * 4 + 1 = 4.789...
    assert oracle.mit_local(GUIDE, GUIDE[:19] + "A") == pytest.approx(100 * 0.417)
    assert oracle.mit_local(GUIDE, GUIDE[:18] + "TA") == pytest.approx(
        100 * 0.417 * 0.315 / (18 / 19 * 4 + 1) / 4
    )
    assert oracle.mit_local(GUIDE, GUIDE) == 100


def test_cfd_pairs_the_guides_rna_with_the_complement_of_the_site() -> None:
    # Published table, position 3: a guide's A on a site's G is rA:dC, a guide's U on a site's C is rU:dG.
    assert oracle.cfd_local("A" * 20, "AAG" + "A" * 17, "TGG") == pytest.approx(0.611111111)
    assert oracle.cfd_local("T" * 20, "TTC" + "T" * 17, "TGG") == pytest.approx(0.428571429)
    assert oracle.cfd_local("A" * 20, "A" * 20, "TAG") == pytest.approx(0.259259259)


def test_aggregates_of_a_perfect_match_and_a_near_one() -> None:
    locations = oracle.find_locations({"a": f"{GUIDE}TGGA{GUIDE[:19]}ATGG"})
    mit, cfd, counts = oracle.score(GUIDE, locations, 4)
    assert counts == (1, 1, 0, 0, 0)
    assert mit == pytest.approx(10000 / (100 + 41.7))
    assert cfd == pytest.approx(10000 / (100 + 1 + oracle.CFD["mismatch"]["20"]["rC:dT"]))


def test_the_rich_genome_has_hits_of_every_kind(rich: Planted, rich_locations: list[oracle.Location]) -> None:
    """This guards the other tests: kinds of hits that the genome lacks are not tested."""
    *found, absent = [oracle.find_near(guide, rich_locations, 6) for guide in rich.guides]
    assert not any(hit.mismatches == 0 for hit in absent)
    for near in found:
        assert {hit.mismatches for hit in near} == set(range(7))
    every = [hit.location for near in found for hit in near]
    assert {location.strand for location in every} == {"+", "-"}
    assert {location.pam[1:] for location in every} == {"GG", "AG"}
    perfect = [hit for hit in found[0] if hit.mismatches == 0]
    assert len(perfect) > 2 * ALWAYS_OVERFLOWS - 1
    assert {hit.location.pam[1:] for hit in perfect} == {"GG", "AG"}
