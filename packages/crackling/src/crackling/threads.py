"""Call the kernel in threads. It releases the interpreter's lock, so calls run in parallel."""

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
    """Apply a function to items in threads and yield the results in order, as map() does. One item needs no pool."""
    workers = min(worker_count(threads), len(items))
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)
