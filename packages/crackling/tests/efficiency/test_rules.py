"""Test the rules of the three methods with an example on each side of every limit."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import pytest

from crackling.efficiency import assess, chopchop, mm10db, sgrnascorer2, viennarna
from crackling.efficiency.folding import fold_all
from crackling.efficiency.structures import Fold
from crackling.errors import InputError
from support.sites import make_site

if TYPE_CHECKING:
    from pathlib import Path

BALANCED = "GACTGACTGACTGACTGACT"


def test_chopchop_wants_g_beside_the_pam() -> None:
    assert chopchop.accepts("A" * 19 + "G")
    assert not chopchop.accepts("G" * 19 + "A")


@pytest.mark.parametrize(
    ("guide", "pam", "passes"),
    [
        (BALANCED, "AGG", True),
        ("T" + BALANCED[1:], "AGG", False),
        ("A" * 4 + "GC" * 8, "AGG", True),  # 20 % AT, the least
        ("A" * 3 + "GC" * 8 + "G", "AGG", False),
        ("AATT" * 3 + "A" + "GC" * 3 + "G", "AGG", True),  # 65 % AT, the most
        ("AATT" * 3 + "AA" + "GC" * 3, "AGG", False),
        ("GACTGACTTTTCTGACTGAC", "AGG", False),
        ("GACTGACTGACTGACTGTTT", "TGG", False),  # TTTT reaches into the PAM
        ("GACTGACTGACTGACTGTTT", "AGG", True),
    ],
)
def test_mm10db_composition(guide: str, pam: str, passes: bool) -> None:
    assert len(guide) == 20
    assert mm10db.passes_composition(guide, pam) is passes


KEPT = "." * 28 + "((((....))))...))))" + "." * 21 + "((((....))))(((((((...)))))))..."


@pytest.mark.parametrize(
    ("structure", "energy", "passes"),
    [(KEPT, -30.0, True), (KEPT, -30.1, False), ("." * 100, -17.9, True), ("." * 100, -18.0, False)],
)
def test_mm10db_fold(structure: str, energy: float, passes: bool) -> None:
    assert mm10db.passes_fold(Fold(structure, energy)) is passes


def test_the_first_base_is_folded_as_g() -> None:
    assert mm10db.transcript("A" * 20) == "G" + "A" * 19
    assert mm10db.transcript("CT" * 10) == "G" + "UC" * 9 + "U"


def test_the_scaffold_alone_keeps_its_structure_and_passes() -> None:
    folded = viennarna.fold(mm10db.transcript("A" * 20) + mm10db.SCAFFOLD)
    assert folded.energy == -17.7
    assert mm10db.keeps_scaffold(folded.structure)
    assert mm10db.passes_fold(folded)


def test_published_folds(reference: Path) -> None:
    figures = json.loads((reference / "reference" / "rnafold.json").read_text())
    folds = fold_all(mm10db.transcript(guide) for guide, *_ in figures["rows"])
    for guide, structure, energy, kept, accepted in figures["rows"]:
        folded = folds[mm10db.transcript(guide)]
        assert (folded.structure, folded.energy) == (structure, energy)
        assert viennarna.fold(mm10db.transcript(guide) + mm10db.SCAFFOLD) == folded
        assert mm10db.keeps_scaffold(structure) is kept
        assert mm10db.passes_fold(folded) is accepted


OTHER = "GGCGCGAAAGCGCCAAUUAAGCGGCUUCGGCCGCUU"
OWN = "(((((....)))))....(((((((....)))))))"  # its fold without a guide
GUIDE_ALONE = "." * 20


@pytest.mark.parametrize(
    ("structure", "kept"),
    [
        (GUIDE_ALONE + OWN, True),
        ("((((....))))" + "." * 8 + OWN, True),
        ("(" + "." * 19 + OWN[:14] + ")..." + OWN[18:], True),  # what is unpaired in it may pair
        (GUIDE_ALONE + OWN.replace("(((((....)))))", ".((((....))))."), False),
        ("." * 56, False),
    ],
)
def test_another_scaffold_keeps_the_pairs_that_it_has_alone(structure: str, kept: bool) -> None:
    assert mm10db.keeps_scaffold(structure, OTHER) is kept
    assert mm10db.passes_fold(Fold(structure, -20.0), OTHER) is kept
    assert not mm10db.passes_fold(Fold(structure, -30.1), OTHER)


def test_the_scaffold_decides_the_verdict_of_mm10db_alone() -> None:
    site = make_site("GGACUUCGGCGCUUUCGCGC".replace("U", "T"))  # pairs with the other scaffold's first helix
    usual, other = assess([site])[0], assess([site], scaffold=OTHER)[0]
    assert other.structure == viennarna.fold(mm10db.transcript(site.guide) + OTHER).structure
    assert (usual.mm10db, other.mm10db) == (True, False)
    assert usual == dataclasses.replace(other, mm10db=True, structure=usual.structure, energy=usual.energy)


@pytest.mark.parametrize("scaffold", ["", "GTTTTAGAGC", "guuuuagagc"])
def test_a_scaffold_is_rna(scaffold: str) -> None:
    with pytest.raises(InputError, match="A, C, G, U"):
        assess([make_site(BALANCED)], scaffold=scaffold)


def test_sgrnascorer2_sums_intercept_and_coefficients() -> None:
    assert sgrnascorer2.score("GTGGTAGCCAGCAAACTTAC") == pytest.approx(
        -2.744006, abs=1e-6
    )  # the published program's figure
    assert sgrnascorer2.accepts(0.0)
    assert not sgrnascorer2.accepts(-1e-9)


def test_fold_only_where_the_verdict_depends_on_it() -> None:
    passing, rejected = make_site(BALANCED), make_site("T" + BALANCED[1:])
    folded, unfolded = assess([passing, rejected])
    assert folded.structure
    assert unfolded.structure is None
    assert unfolded.energy is None
    assert not unfolded.mm10db
    # Both have the same transcript; the second has the same row in a batch without the first.
    assert assess([rejected]) == [unfolded]


def test_all_folds_changes_no_verdict() -> None:
    sites = [make_site(BALANCED), make_site("T" + BALANCED[1:]), make_site("A" * 20)]
    some, every = assess(sites), assess(sites, all_folds=True)
    assert all(row.structure for row in every)
    assert [row.mm10db for row in some] == [row.mm10db for row in every]


def test_consensus_counts_verdicts() -> None:
    row = assess([make_site(BALANCED[:19] + "G")])[0]
    assert row.consensus == row.chopchop + row.mm10db + row.sgrnascorer2
    assert row.chopchop
