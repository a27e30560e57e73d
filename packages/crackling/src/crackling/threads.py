"""Call the kernel in threads. It releases the interpreter's lock, so calls run in parallel."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MAX_THREADS = 512  # more than any machine that this is made for has processors; each costs memory
_S = TypeVar("_S")
_T = TypeVar("_T")


def worker_count(threads: int | None) -> int:
    """Return how many threads to use: the requested number, by default one for each processor.

    Raises:
        InputError: more than MAX_THREADS.
    """
    if threads and threads > MAX_THREADS:
        raise InputError(
            f"{threads} threads are more than {MAX_THREADS}; give as many as there are processors"
        )
    return threads or min(os.cpu_count() or 1, MAX_THREADS)


def map_in_threads(function: Callable[[_S], _T], items: Sequence[_S], threads: int | None) -> Iterator[_T]:
    """Apply a function to items in threads and yield the results in order, as map() does. One item needs no pool."""
    workers = min(worker_count(threads), len(items))
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)
