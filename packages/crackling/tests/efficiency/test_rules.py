"""The rules of the three methods, each by an example on either side of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from crackling.efficiency import assess, chopchop, mm10db, sgrnascorer2
from crackling.efficiency.mm10db import Fold
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
    assert mm10db.transcript("A" * 20) == "G" + "A" * 19 + mm10db.SCAFFOLD
    assert mm10db.transcript("CT" * 10).startswith("GUCUCU")


def test_the_scaffold_alone_keeps_its_structure_and_passes() -> None:
    folded = mm10db.fold(mm10db.transcript("A" * 20))
    assert folded.energy == -17.7
    assert mm10db.keeps_scaffold(folded.structure)
    assert mm10db.passes_fold(folded)


def test_published_folds(reference: Path) -> None:
    figures = json.loads((reference / "reference" / "rnafold.json").read_text())
    for guide, structure, energy, kept, accepted in figures["rows"]:
        folded = mm10db.fold(mm10db.transcript(guide))
        assert (folded.structure, folded.energy) == (structure, energy)
        assert mm10db.keeps_scaffold(structure) is kept
        assert mm10db.passes_fold(folded) is accepted


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
    # Both have the same transcript; a batch without the first gives the second the same row.
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
