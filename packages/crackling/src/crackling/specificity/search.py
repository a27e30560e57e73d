"""Scoring guides: what they meet in each shard of a genome, added up."""

from __future__ import annotations

import ctypes
import struct
from ctypes import byref, c_uint8, c_uint64
from typing import TYPE_CHECKING, NamedTuple

from crackling.specificity import kernel
from crackling.specificity.arrays import zeros
from crackling.specificity.guides import check_mismatches, distinct_guides
from crackling.specificity.kernel import Totals, library
from crackling.specificity.plan import bulk_pays
from crackling.specificity.shard import ShardSet
from crackling.specificity.weights import aggregate, kernel_weights, mit_table
from crackling.threads import map_in_threads, worker_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from ctypes import Array

    from crackling.specificity.kernel import Search
    from crackling.specificity.shard import Shard

USUAL_MISMATCHES = 4
GUIDES_A_TASK = 256  # that are searched one by one
GUIDES_IN_BULK = 65_536  # the most guides of a task; more would hardly be faster
_TOTALS = struct.Struct(f"={ctypes.sizeof(Totals) // 8}Q")


class Specificity(NamedTuple):
    """Hold how specific a guide is: both aggregates (100 is best), and occurrences in the genome by number of mismatches."""

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
        self._guides, self._k, self._compatible, self._threads = guides, k, compatible, threads
        self._which: Iterable[int] = ()
        self._batches: list[_Batch] = []
        self._shards = ShardSet()

    def add(self, shard: Shard, progress: Callable[[int], None] | None = None) -> None:
        """Add what the guides meet in a shard; `progress` is told how many of them are done.

        Raises:
            InputError: a guide is not 20 letters of A, C, G, T.
            IndexFileError: the shard is of another genome than those before, or was added before.
        """
        self._shards.add(shard.header, shard.label)
        search = shard.search(self._k)
        if not self._batches:
            self._share_out(shard)
        done, distinct = 0, sum(map(len, self._batches))
        for guides in map_in_threads(
            lambda batch: batch.add(shard, search, self._compatible), self._batches, self._threads
        ):
            done += guides
            if progress:
                progress(done * len(self._guides) // distinct)

    def scores(self) -> list[Specificity]:
        """Return the scores in the order of the guides; each `counts` has k + 1 numbers.

        Raises:
            IndexFileError: a shard of the genome was not added.
        """
        self._shards.check_whole()
        batches = len(self._batches)
        return [self._batches[i % batches].scores[i // batches] for i in self._which]

    def _share_out(self, shard: Shard) -> None:
        """Deal the distinct guides out to batches, so that those of a repeat, which lie together, are not all in one."""
        numbers, self._which = distinct_guides(self._guides)
        batches = batch_count(shard, len(numbers), worker_count(self._threads))
        self._batches = [_Batch(numbers[i::batches].tobytes(), self._k) for i in range(batches)]


def batch_count(shard: Shard, guides: int, threads: int) -> int:
    """Return into how many batches to divide guides: as few as the threads need if bulk search pays then."""
    few = threads * -(-guides // (threads * GUIDES_IN_BULK))
    if few and bulk_pays(shard.header.distinct_sites, shard.keys, guides // few):
        return few
    return -(-guides // GUIDES_A_TASK)


class _Batch:
    """Some of a tally's distinct guides, as numbers, and their totals."""

    def __init__(self, numbers: bytes, k: int) -> None:
        self._k, self._guides = k, len(numbers) // ctypes.sizeof(c_uint64)
        self._numbers = (c_uint64 * self._guides).from_buffer_copy(numbers)
        self._totals = (Totals * self._guides)()
        self.scores: list[Specificity] = []

    def __len__(self) -> int:
        return self._guides

    def add(self, shard: Shard, search: Search, compatible: bool) -> int:
        """Return the number of guides. The scores are computed here, while other threads search."""
        pays = bulk_pays(shard.header.distinct_sites, shard.keys, self._guides)
        add_totals = add_totals_together if pays else add_totals_one_by_one
        add_totals(shard, search, compatible, self._numbers, self._totals)
        self.scores = [_specificity(row, self._k) for row in _TOTALS.iter_unpack(self._totals)]
        return self._guides


def add_totals_one_by_one(
    shard: Shard, search: Search, compatible: bool, guides: Array[c_uint64], totals: Array[Totals]
) -> None:
    """Add what guides meet in a shard to their totals, guide by guide."""
    library().score(
        byref(shard.lists), byref(kernel_weights()), byref(search), compatible, guides, len(guides), totals
    )


def add_totals_together(
    shard: Shard, search: Search, compatible: bool, guides: Array[c_uint64], totals: Array[Totals]
) -> None:
    """Add what guides meet in a shard to their totals: the same, but each bucket is fetched once for all guides."""
    lists = byref(shard.lists)
    memory = zeros(c_uint8, library().score_bulk_bytes(lists, byref(search), len(guides)))
    library().score_bulk(
        lists, byref(kernel_weights()), mit_table(search.mismatches), byref(search),
        compatible, guides, len(guides), memory, totals,
    )  # fmt: skip


def _specificity(totals: tuple[int, ...], k: int) -> Specificity:
    """Return the scores of a `Totals`, unpacked at once: each access to a structure costs as much as a guide's share."""
    mit, cfd = totals[0] * kernel.SCORE_UNIT, totals[1] * kernel.SCORE_UNIT
    return Specificity(aggregate(mit), aggregate(cfd), totals[2 : k + 3])
