"""Measure how fast this machine reads memory, which limits every search."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

BYTES = 512 << 20  # well beyond any cache
LINE_BYTES = 64
LINES_AT_RANDOM = 1 << 18


def bytes_a_second() -> float:
    """Return the bandwidth of one thread that sums a large array."""
    array = np.ones(BYTES // 8, np.uint64)
    return BYTES / _best(lambda: array.sum())


def seconds_a_random_line() -> float:
    """Return the time of one random read, of a thread that has many independent reads under way."""
    array = np.ones(BYTES // 8, np.uint64)
    a_line = LINE_BYTES // 8
    order = a_line * np.random.default_rng(3).integers(0, len(array) // a_line, LINES_AT_RANDOM)
    out = np.empty(len(order), np.uint64)
    return _best(lambda: array.take(order, out=out, mode="wrap")) / len(order)


def _best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)
