"""Scoring guides: what they meet in each shard of a genome, added up."""

from __future__ import annotations

import ctypes
import struct
from typing import TYPE_CHECKING, NamedTuple

from crackling.specificity import kernel
from crackling.specificity.guides import check_mismatches, encode_all
from crackling.specificity.kernel import Totals, library
from crackling.specificity.shard import ShardSet
from crackling.specificity.weights import aggregate, kernel_weights
from crackling.threads import map_in_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crackling.specificity.kernel import Search
    from crackling.specificity.shard import Shard

USUAL_MISMATCHES = 4
GUIDES_A_TASK = 256
_TOTALS = struct.Struct(f"={ctypes.sizeof(Totals) // 8}Q")


class Specificity(NamedTuple):
    """How specific a guide is: both aggregates (100 is best), and occurrences in the genome by number of mismatches."""

    mit: float
    cfd: float
    counts: tuple[int, ...]


class Tally:
    """Guides, and what they met in the shards that were added so far: whole units, so that their order does not matter."""

    def __init__(
        self,
        guides: Sequence[str],
        k: int = USUAL_MISMATCHES,
        *,
        compatible: bool = False,
        threads: int | None = None,
    ) -> None:
        """Prepare a search. Arguments as for Index.score().

        Raises:
            InputError: k is out of range.
        """
        check_mismatches(k)
        self._k, self._compatible, self._threads = k, compatible, threads
        self._batches = [
            _Batch(guides[i : i + GUIDES_A_TASK], k) for i in range(0, len(guides), GUIDES_A_TASK)
        ]
        self._shards = ShardSet()

    def add(self, shard: Shard, progress: Callable[[int], None] | None = None) -> None:
        """Add what the guides meet in a shard; `progress` is told how many of them are done.

        Raises:
            InputError: a guide is not 20 letters of A, C, G, T.
            IndexFileError: the shard is of another genome than those before, or was added before.
        """
        self._shards.add(shard.header, shard.label)
        search = shard.search(self._k)
        done = 0
        for guides in map_in_threads(
            lambda batch: batch.add(shard, search, self._compatible), self._batches, self._threads
        ):
            done += guides
            if progress:
                progress(done)

    def scores(self) -> list[Specificity]:
        """Return the scores in the order of the guides; each `counts` has k + 1 numbers.

        Raises:
            IndexFileError: a shard of the genome was not added.
        """
        self._shards.check_whole()
        return [row for batch in self._batches for row in batch.scores]


class _Batch:
    """Some of a tally's guides, and their totals."""

    def __init__(self, guides: Sequence[str], k: int) -> None:
        self._guides, self._k = guides, k
        self._totals = (Totals * len(guides))()
        self.scores: list[Specificity] = []

    def add(self, shard: Shard, search: Search, compatible: bool) -> int:
        """Returns the number of guides. The scores are worked out here, while other threads search."""
        numbers = encode_all(self._guides)
        library().score(
            ctypes.byref(shard.lists), ctypes.byref(kernel_weights()), ctypes.byref(search), compatible, numbers,
            len(numbers), self._totals,
        )  # fmt: skip
        self.scores = [_specificity(row, self._k) for row in _TOTALS.iter_unpack(self._totals)]
        return len(numbers)


def _specificity(totals: tuple[int, ...], k: int) -> Specificity:
    """Return the scores of a `Totals`, unpacked at once: each access to a structure costs as much as a guide's share."""
    mit, cfd = totals[0] * kernel.SCORE_UNIT, totals[1] * kernel.SCORE_UNIT
    return Specificity(aggregate(mit), aggregate(cfd), totals[2 : k + 3])
