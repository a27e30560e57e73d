"""Measure the kernel's two searches, guide by guide and together, on the same guides in turn.

Processor time of the calls alone: without Python's work on each guide, and hardly disturbed by other programs.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from ctypes import c_uint64
from typing import TYPE_CHECKING

import scoring
from crackling.specificity.guides import distinct_guides, encode_all
from crackling.specificity.kernel import Totals, available_isas
from crackling.specificity.search import USUAL_MISMATCHES, add_totals_one_by_one, add_totals_together
from genomes import sample_guides
from report import Figure

if TYPE_CHECKING:
    from collections.abc import Callable
    from ctypes import Array

    from crackling.specificity.index import Index
    from crackling.specificity.shard import Shard
    from genomes import Genome
    from report import Report

SIZES = (256, 2_000, 20_000)
ROUNDS = 4


class Timed:
    """Some guides, searched in an index of one shard: as given guide by guide, the distinct ones together."""

    def __init__(self, shard: Shard, guides: list[str]) -> None:
        self._shard, self._given = shard, encode_all(guides)
        self._numbers = distinct_guides(guides).numbers

    def agree(self) -> bool:
        """Return whether both searches find the same totals, to the last bit."""
        distinct = self._part(0, 1)
        return bytes(self._totals(add_totals_together, distinct)) == bytes(
            self._totals(add_totals_one_by_one, distinct)
        )

    def one_by_one(self) -> float:
        """Return microseconds of processor time for each of the guides that were given."""
        return self._microseconds(lambda: self._totals(add_totals_one_by_one, self._given))

    def together(self, threads: int = 1) -> float:
        """Return the same, of bulk search."""
        if threads == 1:
            return self._microseconds(lambda: self._totals(add_totals_together, self._part(0, 1)))
        with ThreadPoolExecutor(threads) as pool:
            return self._microseconds(
                lambda: list(
                    pool.map(
                        lambda part: self._totals(add_totals_together, self._part(part, threads)),
                        range(threads),
                    )
                )
            )

    def _microseconds(self, search: Callable[[], object]) -> float:
        started = time.process_time()
        search()
        return (time.process_time() - started) / len(self._given) * 1e6

    def _part(self, part: int, parts: int) -> Array[c_uint64]:
        numbers = self._numbers[part::parts]
        return (c_uint64 * len(numbers)).from_buffer_copy(numbers.tobytes())

    def _totals(self, add_totals: Callable[..., None], guides: Array[c_uint64]) -> Array[Totals]:
        totals = (Totals * len(guides))()
        add_totals(self._shard, self._shard.search(USUAL_MISMATCHES), False, guides, totals)
        return totals


def measure_bulk(report: Report, genome: Genome, index: Index, target: float) -> None:
    """Report the best of some rounds, in each of which both searches run."""
    (shard,) = index.shards
    for size in SIZES:
        timed = Timed(shard, sample_guides(genome.fasta, size))
        rounds = [(timed.one_by_one(), timed.together()) for _ in range(ROUNDS)]
        single, together = (min(column) for column in zip(*rounds, strict=True))
        what, agreed = f"search, {size:,} guides", "same totals" if timed.agree() else "OTHER TOTALS"
        report.add(Figure(genome.name, f"{what}, one by one", single, "us of a processor"))
        wanted = target if size == SIZES[-1] else None
        note = f"{single / together:.2f} x as fast; {agreed}"
        report.add(Figure(genome.name, f"{what}, together", together, "us of a processor", wanted, note=note))
    for isa in available_isas():
        with scoring.forced(isa):
            took = min(timed.together() for _ in range(ROUNDS))
        report.add(Figure(genome.name, f"search, together, {isa}", took, "us of a processor"))
    rounds = [(timed.together(), timed.together(threads=2)) for _ in range(ROUNDS)]
    one, two = (min(column) for column in zip(*rounds, strict=True))
    # Wall time depends on the load of other programs; this ratio does not.
    note = "processor time of 2 threads, 1 would be a speed-up of 2"
    report.add(Figure(genome.name, "search, together, 2 threads", two / one, "x one", note=note))
