"""Map a file of an index into memory: a whole genome, or a shard of one."""

from __future__ import annotations

import ctypes
import mmap
import os
from ctypes import POINTER, c_uint32
from typing import TYPE_CHECKING, Self

from isal import isal_zlib

from crackling.closeable import Closeable
from crackling.errors import IndexFileError
from crackling.sequences.files import open_for_reading
from crackling.specificity import kernel
from crackling.specificity.guides import check_mismatches
from crackling.specificity.kernel import Lists, Overflow, Search, library
from crackling.specificity.layout import (
    HEADER_BYTES,
    LIST_SECTIONS,
    POSITION_SECTIONS,
    Header,
    Section,
    damaged,
    decode_contigs,
)
from crackling.specificity.packed_genome import contig_starts
from crackling.specificity.plan import Keys, choose_prefix_radius, groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from crackling.specificity.layout import Range

    Fetch = Callable[[Sequence[Range]], None]


class Shard(Closeable):
    """An index file that is open. Use as a context manager, or call close()."""

    def __init__(self, header: Header, memory: mmap.mmap, label: str, positions: bool) -> None:
        self.header, self.label = header, label
        self.memory = memory
        self.pieces = decode_contigs(self.section(Section.CONTIGS), label)
        self.starts = contig_starts(self.pieces)
        self.has_positions = positions
        self.fetch: Fetch | None = None
        self._lists: Lists | None = self._map_lists()
        if not library().sound(ctypes.byref(self.lists)):
            raise damaged(label)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        verify: bool = True,
        positions: bool = True,
        fetch: Fetch | None = None,
        fetched: frozenset[Section] = LIST_SECTIONS,
    ) -> Self:
        """Map an index file.

        Args:
            path: the file.
            verify: read all of it once and check the checksums.
            positions: off-targets will be listed; without, the sections of positions are not read and may be a hole.
            fetch: called with the ranges of entries and occurrences that a list is about to read; writes to the file what is
                missing of them.
            fetched: the sections that `fetch` writes, of LIST_SECTIONS: they may be a hole, and are not verified. Scores need
                all sections but the occurrences.

        Raises:
            IndexFileError: not an index, of another version, cut short or damaged.
            StorageError: the file cannot be read.
        """
        label = str(path)
        with open_for_reading(path) as stream:
            header = Header.decode(stream.read(HEADER_BYTES), label)
            if stream.seek(0, os.SEEK_END) != header.file_bytes:
                raise damaged(label)
            # A private copy-on-write mapping: it is never written, but ctypes needs a writable buffer.
            memory = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        absent = (frozenset() if positions else POSITION_SECTIONS) | (fetched if fetch else frozenset())
        if verify:
            _verify(memory, header, set(Section) - absent, label)
        shard = cls(header, memory, label, positions)
        shard.fetch = fetch
        return shard

    def close(self) -> None:
        if self.memory.closed:
            return
        self._lists = None  # its pointers keep the mapping's buffer exported
        self.memory.close()

    @property
    def lists(self) -> Lists:
        """Return the lists for the kernel.

        Raises:
            IndexFileError: the index is closed.
        """
        if self._lists is None:
            raise IndexFileError(f"{self.label}: this index is closed; open it again")
        return self._lists

    def section(self, section: Section) -> bytes:
        span = self.header.spans[section]
        return self.memory[span.offset : span.offset + span.length]

    @property
    def keys(self) -> Keys:
        return Keys(self.header.prefix_nt, self.header.suffix_nt)

    def search(self, k: int) -> Search:
        """Return how a search of this shard divides k mismatches between its lists.

        Raises:
            InputError: k is out of range.
        """
        check_mismatches(k)
        keys = self.keys
        radius = choose_prefix_radius(self.header.distinct_sites, keys, k)
        prefix_groups, suffix_groups = groups(keys.prefix_nt, radius), groups(keys.suffix_nt, k - 1 - radius)
        return Search(
            mismatches=k,
            prefix_radius=radius,
            prefix_groups=prefix_groups,
            suffix_groups=suffix_groups,
            prefix_group_count=len(prefix_groups),
            suffix_group_count=len(suffix_groups),
            isa=kernel.chosen_isa(),
        )

    def _pointer(self, section: Section, kind: type[c_uint32 | Overflow], expected: int) -> object:
        span = self.header.spans[section]
        if (
            span.length != expected * ctypes.sizeof(kind)
            or span.padded_end > len(self.memory)
            or span.offset % 8
        ):
            raise damaged(self.label)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self.memory)) + span.offset
        return ctypes.cast(address, POINTER(kind))

    def _map_lists(self) -> Lists:
        header = self.header
        prefix_keys, suffix_keys = 4**header.prefix_nt + 1, 4**header.suffix_nt + 1
        overflows = header.spans[Section.OVERFLOW].length // ctypes.sizeof(Overflow)
        lists = Lists(
            prefix_nt=header.prefix_nt,
            suffix_nt=header.suffix_nt,
            distinct=header.distinct_sites,
            overflows=overflows,
        )
        lists.prefix_directory = self._pointer(Section.PREFIX_DIRECTORY, c_uint32, prefix_keys)
        lists.prefix_entries = self._pointer(Section.PREFIX_ENTRIES, c_uint32, header.distinct_sites)
        lists.suffix_directory = self._pointer(Section.SUFFIX_DIRECTORY, c_uint32, suffix_keys)
        lists.suffix_entries = self._pointer(Section.SUFFIX_ENTRIES, c_uint32, header.distinct_sites)
        lists.overflow = self._pointer(Section.OVERFLOW, Overflow, overflows)
        if self.has_positions:
            lists.occurrence_directory = self._pointer(Section.OCCURRENCE_DIRECTORY, c_uint32, prefix_keys)
        return lists


def _verify(memory: mmap.mmap, header: Header, sections: Iterable[Section], label: str) -> None:
    for section in sections:
        span = header.spans[section]
        with memoryview(memory) as view, view[span.offset : span.padded_end] as padded:
            if isal_zlib.crc32(padded) != span.checksum:
                raise damaged(label)


class ShardSet:
    """The shards of one genome that were seen so far; each must come once, and in the end all."""

    def __init__(self) -> None:
        self._seen: dict[int, str] = {}
        self._header: Header | None = None

    def add(self, header: Header, label: str) -> None:
        """Add a shard.

        Raises:
            IndexFileError: it belongs to another set, or was added before.
        """
        first = self._header = self._header or header
        if header.set_id != first.set_id:
            other = next(iter(self._seen.values()))
            raise IndexFileError(
                f"{label}: belongs to another index than {other}; put the files of one index together, or make it again"
            )
        if header.shard in self._seen:
            raise IndexFileError(
                f"{label}: is shard {header.shard} of {header.shards}, as {self._seen[header.shard]} is; "
                "name each shard once"
            )
        self._seen[header.shard] = label

    def check_whole(self) -> None:
        """Check that no shard is missing.

        Raises:
            IndexFileError: one is missing.
        """
        shards = self._header.shards if self._header else 1
        for number in range(1, shards + 1):
            if number not in self._seen:
                beside = next(iter(self._seen.values()), "the index")
                raise IndexFileError(
                    f"{beside}: shard {number} of {shards} of this index is missing; "
                    "put it beside the others, or make the index again"
                )
