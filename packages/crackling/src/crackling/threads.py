"""Call the kernel in threads. It releases the interpreter's lock, so calls run in parallel."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_S = TypeVar("_S")
_T = TypeVar("_T")


def map_in_threads(function: Callable[[_S], _T], items: Sequence[_S], threads: int | None) -> Iterator[_T]:
    """Apply a function to items in threads and yield the results in order, as map() does. One item needs no pool."""
    workers = min(threads or os.cpu_count() or 1, len(items))
    if workers <= 1:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)
