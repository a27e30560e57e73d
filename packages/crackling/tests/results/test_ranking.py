"""Test the order from the best guide to the worst."""

from __future__ import annotations

import random
from dataclasses import replace

from crackling.efficiency import Efficiency
from crackling.results import Target, make_target
from crackling.results.ranking import RANKING, best, rank_key
from crackling.results.target import COLUMNS
from crackling.specificity import Specificity
from support.sites import make_site

TARGET = make_target(
    1,
    make_site(),
    Efficiency(True, True, False, -0.5, None, -20.1),
    Specificity(90.0, 80.0, (1, 0, 0, 2, 3)),
    repeated_in_query=False,
)
# From the best to the worst; each is worse than the one before it by one criterion, and better by all that follow.
RANKED = [
    replace(TARGET, id=7, efficient=True, specific=True, mit=99.0, cfd=76.0, consensus=2),
    replace(TARGET, id=6, efficient=True, specific=True, mit=75.5, cfd=99.0, consensus=3),
    replace(TARGET, id=5, efficient=False, specific=True, mit=100.0, cfd=99.0, consensus=1),
    replace(
        TARGET, id=4, efficient=True, specific=False, mit=70.0, cfd=99.0, consensus=3, sgrnascorer2_score=-1.0
    ),
    replace(
        TARGET, id=3, efficient=True, specific=False, mit=99.0, cfd=70.0, consensus=2, sgrnascorer2_score=1.5
    ),
    replace(
        TARGET, id=1, efficient=True, specific=False, mit=99.0, cfd=70.0, consensus=2, sgrnascorer2_score=0.5
    ),
    replace(
        TARGET, id=2, efficient=True, specific=False, mit=99.0, cfd=70.0, consensus=2, sgrnascorer2_score=0.5
    ),
]


def ids(targets: list[Target]) -> list[int]:
    return [target.id for target in targets]


def test_criteria_are_of_columns() -> None:
    assert {column for criterion in RANKING for column in criterion} <= set(COLUMNS)


def test_each_criterion_decides_between_equals() -> None:
    shuffled = random.Random(1).sample(RANKED, len(RANKED))
    assert ids(sorted(shuffled, key=rank_key)) == ids(RANKED)


def test_the_best_are_in_query_order() -> None:
    query = sorted(RANKED, key=lambda target: target.id)
    assert ids(best(query, 3)) == [5, 6, 7]
    assert best(query, len(query)) == best(query, 100) == query
