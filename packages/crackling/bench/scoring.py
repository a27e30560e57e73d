"""Measure the search: all, median and random guides, each instruction set, one and two threads."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from crackling.specificity.index import Index
from crackling.specificity.kernel import ISA_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

TRIAL = 1000


def seconds_to_open(path: Path) -> float:
    """Return the time of mapping an index and checking all its checksums, once the file is in memory."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        with Index.open(path):
            best = min(best, time.perf_counter() - started)
    return best


def microseconds(index: Index, guides: Sequence[str], threads: int = 1, repeats: int = 2) -> float:
    """Return the wall time a guide with k = 4, both scores and all counts; the best of some runs."""
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        index.score(guides, threads=threads)
        best = min(best, time.perf_counter() - started)
    return best / len(guides) * 1e6


def processor_microseconds(index: Index, guides: Sequence[str]) -> float:
    """Return the processor time a guide of one thread: the wall time on an idle processor."""
    started = time.thread_time()
    index.score(guides, threads=1)
    return (time.thread_time() - started) / len(guides) * 1e6


def enough_guides(index: Index, some: Sequence[str], seconds: float) -> int:
    """Return how many guides keep one thread busy for that long."""
    return max(2 * TRIAL, round(seconds * 1e6 / microseconds(index, some[:TRIAL])))


def middling(index: Index, guides: Sequence[str]) -> list[str]:
    """Return the fifth of the guides around the median by number of hits: what a usual guide costs."""
    counts = [sum(row.counts) for row in index.score(guides)]
    order = sorted(range(len(guides)), key=counts.__getitem__)
    return [guides[i] for i in order[2 * len(guides) // 5 : 3 * len(guides) // 5]]


@contextmanager
def forced(isa: str) -> Iterator[None]:
    """Search with one instruction set."""
    before = os.environ.get(ISA_VARIABLE)
    os.environ[ISA_VARIABLE] = isa
    try:
        yield
    finally:
        if before is None:
            del os.environ[ISA_VARIABLE]
        else:
            os.environ[ISA_VARIABLE] = before
