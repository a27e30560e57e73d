"""A target's columns, derived and rounded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crackling.efficiency import Efficiency
from crackling.results import COLUMNS, make_target
from crackling.results.columns import WARNINGS
from crackling.results.target import Target, values
from crackling.specificity import Specificity
from support.sites import make_site

if TYPE_CHECKING:
    from crackling.guides.sites import Site

# fmt: off
EXPECTED = (
    "id", "contig", "start", "end", "strand", "guide", "pam", "gc", "chopchop", "mm10db", "sgrnascorer2", "sgrnascorer2_score",
    "structure", "energy", "consensus", "efficient", "mit", "cfd", "specific", "mm0", "mm1", "mm2", "mm3", "mm4", "unique",
    "warnings", "gene", "feature",
)
# fmt: on
EFFICIENCY = Efficiency(True, False, True, 1.23456789, None, None)


def target(
    site: Site | None = None,
    counts: tuple[int, ...] = (1, 0, 0, 0, 0),
    mit: float = 100.0,
    cfd: float = 99.0,
    **options: Any,
) -> Target:
    return make_target(
        1,
        site or make_site(),
        EFFICIENCY,
        Specificity(mit, cfd, counts),
        **{"repeated_in_query": False} | options,
    )


def test_columns_are_the_contract() -> None:
    assert COLUMNS == EXPECTED
    assert len(values(target())) == len(COLUMNS)


def test_figures_are_rounded_to_what_is_written() -> None:
    row = target(make_site("GGC" + "A" * 17), mit=12.3456789)
    assert (row.gc, row.sgrnascorer2_score, row.mit) == (15.0, 1.234568, 12.345679)


@pytest.mark.parametrize(("needed", "efficient"), [(1, True), (2, True), (3, False)])
def test_efficient_by_consensus(needed: int, efficient: bool) -> None:
    assert target(min_accepted=needed).efficient is efficient


@pytest.mark.parametrize(("mit", "cfd", "specific"), [(75, 75, True), (74.9, 100, False), (100, 74.9, False)])
def test_specific_wants_both_scores(mit: float, cfd: float, specific: bool) -> None:
    assert target(mit=mit, cfd=cfd).specific is specific


@pytest.mark.parametrize(
    ("site", "counts", "repeated", "warnings"),
    [
        (make_site(), (1, 0, 0, 0, 0), False, ()),
        (make_site("GACTGACTGACTGACTGTTT", "TGG"), (1, 0, 0, 0, 0), False, ("TTTT",)),
        (make_site("A" * 17 + "GCG"), (1, 0, 0, 0, 0), False, ("low GC",)),
        (make_site("GC" * 8 + "AGCG"), (1, 0, 0, 0, 0), False, ("high GC",)),
        (make_site("GC" * 8 + "AAAA"), (0, 0, 0, 0, 0), False, ("not in genome",)),
        (make_site(pam="AAG"), (1, 0, 0, 0, 0), False, ("NAG PAM",)),
        (make_site("GACTGACTGACTGACTGTTT", "NGG"), (1, 0, 0, 0, 0), False, ()),
        (make_site(), (3, 0, 0, 0, 0), True, ("3 perfect matches", "repeated in query")),
    ],
)
def test_warnings(site: Site, counts: tuple[int, ...], repeated: bool, warnings: tuple[str, ...]) -> None:
    row = target(site, counts, repeated_in_query=repeated)
    assert row.warnings == warnings
    assert all(warning.lstrip("0123456789 ") in WARNINGS for warning in warnings)
    assert row.unique is not repeated
