"""Large arrays for the kernel, in huge pages where the system has them.

A build touches each page of some gigabytes about once; with pages of 4 kB that costs more time than what is done with them.
"""

from __future__ import annotations

import mmap
from ctypes import Array, Structure, c_uint8, c_uint32, c_uint64, sizeof
from typing import TypeVar

LARGE = 4 << 20  # bytes

_T = TypeVar("_T", bound=c_uint8 | c_uint32 | c_uint64 | Structure)


def zeros(kind: type[_T], n: int) -> Array[_T]:
    """Return an array of n zeros; pages that nobody touches take no memory."""
    array: type[Array[_T]] = kind * n  # type: ignore[assignment]  # the checker loses which kind
    if sizeof(array) < LARGE:
        return array()
    memory = mmap.mmap(
        -1, sizeof(array), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    )  # shared pages stay small
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return array.from_buffer(memory)
