"""Calls of the kernel in threads: it gives the interpreter's lock back, so they run side by side."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_S = TypeVar("_S")
_T = TypeVar("_T")


def worker_count(threads: int | None) -> int:
    """Return how many threads to use: as many as asked for, by default one for each processor."""
    return threads or os.cpu_count() or 1


def map_in_threads(function: Callable[[_S], _T], items: Sequence[_S], threads: int | None) -> Iterator[_T]:
    """Like map(), in order; without a pool where there is nothing to share out."""
    workers = min(worker_count(threads), len(items))
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)
