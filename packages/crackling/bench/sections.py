"""Read an index file as NumPy arrays, for brute force and to count the memory that a search reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crackling.guides.sites import GUIDE_NT
from crackling.specificity.layout import HEADER_BYTES, POSITION_SECTIONS, Header, Section
from crackling.specificity.plan import Keys, choose_prefix_radius, groups

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

LINE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Touched:
    """Count what an average guide reads of the lists: random reads, cache lines, and bytes of entries and directories."""

    reads: float
    lines: float
    bytes: float


class Sections:
    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            self.header = Header.decode(stream.read(HEADER_BYTES), str(path))
        self._path = path

    @property
    def bytes_a_site(self) -> float:
        """Return the bytes a site of everything that scoring needs."""
        positions = sum(self.header.spans[section].length for section in POSITION_SECTIONS)
        return (self.header.file_bytes - positions) / max(1, self.header.distinct_sites)

    def numbers(self, section: Section) -> NDArray[np.uint32]:
        """Return a section as numbers of 4 bytes, of which all sections but the locations consist."""
        span = self.header.spans[section]
        if not span.length:
            return np.zeros(0, np.uint32)
        return np.memmap(self._path, np.uint32, "r", span.offset, (span.length // 4,))

    def sites(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return all distinct sites, and how often each occurs."""
        rest_bits = 2 * (GUIDE_NT - self.header.prefix_nt)
        entries = self.numbers(Section.PREFIX_ENTRIES).astype(np.uint64)
        directory = self.numbers(Section.PREFIX_DIRECTORY).astype(np.int64)
        keys = np.repeat(np.arange(len(directory) - 1, dtype=np.uint64), np.diff(directory))
        code_bits = 32 - rest_bits
        sites = keys << np.uint64(rest_bits) | entries >> np.uint64(code_bits)
        codes = (entries & np.uint64((1 << code_bits) - 1)).astype(np.int64)
        times = ((np.sqrt(8 * codes + 9) - 1) / 2).astype(np.int64)  # code n (n + 1) / 2 - 1 + nag, kernel.h
        overflow = self.numbers(Section.OVERFLOW).reshape(-1, 4).astype(np.int64)
        escaped = (overflow[:, 0] | overflow[:, 1] << 32).astype(np.uint64)
        times[np.searchsorted(sites, escaped)] = overflow[:, 2] + overflow[:, 3]
        return sites, times

    def touched(self, guides: Sequence[int], k: int = 4) -> Touched:
        keys = Keys(self.header.prefix_nt, self.header.suffix_nt)
        radius = choose_prefix_radius(self.header.distinct_sites, keys, k)
        numbers = np.array(guides, np.uint64)
        prefixes = (numbers >> np.uint64(2 * (GUIDE_NT - keys.prefix_nt))).astype(np.int64)
        suffixes = (numbers & np.uint64((1 << 2 * keys.suffix_nt) - 1)).astype(np.int64)
        first = _touched(self.numbers(Section.PREFIX_DIRECTORY), prefixes, keys.prefix_nt, radius)
        second = _touched(self.numbers(Section.SUFFIX_DIRECTORY), suffixes, keys.suffix_nt, k - 1 - radius)
        return Touched(first.reads + second.reads, first.lines + second.lines, first.bytes + second.bytes)


def _touched(directory: NDArray[np.uint32], keys: NDArray[np.int64], key_nt: int, radius: int) -> Touched:
    """Count two random reads for each group: one in the directory, one in the entries."""
    plan = groups(key_nt, radius)
    changes = np.array([group.change for group in plan], np.int64)
    buckets = np.array([group.buckets for group in plan], np.int64)
    first = keys[:, None] ^ changes
    first = np.where(buckets == 4, first & ~3, first)
    starts, ends = directory[first].astype(np.int64), directory[first + buckets].astype(np.int64)
    per_line = LINE_BYTES // 4
    lines = np.where(ends > starts, (ends - 1) // per_line - starts // per_line + 1, 0)
    n = len(keys)
    return Touched(
        reads=2.0 * len(plan),
        lines=float(lines.sum()) / n + len(plan),
        bytes=4.0 * float((ends - starts).sum()) / n + 8.0 * len(plan),
    )
