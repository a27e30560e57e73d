"""Rank guides from the best to the worst: for "the best N" in the report, and through the API's `/about` in the page."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling.results.target import Target

# A criterion is the lowest of its columns (a verdict counts as 1 or 0), and the higher value is the better one. Each criterion
# decides between guides that are equal by those before it; guides that are equal by all of them keep the order of the query.
RANKING: tuple[tuple[str, ...], ...] = (
    ("efficient", "specific"),
    ("mit", "cfd"),
    ("consensus",),
    ("sgrnascorer2_score",),
)
RANKING_TEXT = "guides that are efficient and specific first, then by the lower of MIT and CFD, then by votes and by SVM score"


def rank_key(target: Target) -> tuple[float, ...]:
    """Return the sort key of a target; the best target has the lowest."""
    return (*(-min(getattr(target, column) for column in criterion) for criterion in RANKING), target.id)


def best(targets: Sequence[Target], count: int) -> list[Target]:
    """Return the `count` best targets, in the order of the query."""
    return sorted(heapq.nsmallest(count, targets, key=rank_key), key=lambda target: target.id)
