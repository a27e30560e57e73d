"""Build one shard of an index: every site, sorted, counted, in two lists, with its locations.

1. Count the sites of each partition (their first 6 bases), so that each record's room is known.
2. For as many partitions as fit in memory at once: write their records, sort each partition, list it.
3. Make the suffix list from the prefix list.

All steps run on all threads: the kernel works on disjoint pieces and gives the interpreter's lock back.
"""

from __future__ import annotations

from bisect import bisect_left
from ctypes import POINTER, Array, byref, c_uint8, c_uint32, c_uint64, cast, memmove, sizeof
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from crackling.errors import InputError
from crackling.specificity.arrays import zeros
from crackling.specificity.kernel import OCCURRENCE_BYTES, PARTITIONS, Lists, Overflow, library
from crackling.specificity.layout import Header, Section, Writer, encode_contigs
from crackling.specificity.plan import choose_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ThreadPoolExecutor

    from crackling.sequences.progress import Progress
    from crackling.specificity.packed_genome import PackedGenome

RECORDS_AT_ONCE = 1 << 28  # 8 bytes each
# Partitions of a task: multiples of 4, so that tasks share no key of 5 bases or more. Each thread has room for the largest
# task, so tasks are smaller for a genome with many sites.
PARTITIONS_A_TASK, FEWER_PARTITIONS = 64, 16
MANY_SITES = 1 << 24
MAX_SITES = (1 << 32) - 1  # of a shard: directories have 32 bits


class Builder:
    """The state of one build. It frees the genome's memory as soon as it can."""

    def __init__(
        self,
        genome: PackedGenome,
        compatible: bool,
        pool: ThreadPoolExecutor,
        threads: int,
        writer: Writer,
        report: Progress,
    ) -> None:
        self._genome, self._compatible, self._pool, self._threads = genome, compatible, pool, threads
        self._writer, self._report = writer, report
        self._packed = (c_uint8 * len(genome.packed)).from_buffer(genome.packed)
        self._overflow: list[bytes] = []

    def build(self) -> Header:
        """Write the sections and return the header that belongs to them."""
        self._report("sorting", 0, 0)
        counts = self._count_sites()
        self._sizes = [sum(column) for column in zip(*counts, strict=True)]
        self._sites = sum(self._sizes)
        if self._sites > MAX_SITES:
            raise InputError(
                f"{self._sites:,} sites are too many for one shard; build with fewer bases in a shard"
            )
        self._keys = choose_keys(self._sites)
        # Pages that are not touched cost nothing, so the upper bound wastes no memory.
        self._entries = zeros(c_uint32, self._sites)
        self._directory = zeros(c_uint32, 4**self._keys.prefix_nt + 1)
        self._occurrences = zeros(c_uint32, 4**self._keys.prefix_nt + 1)
        self._distinct = 0
        self._writer.add(Section.CONTIGS, encode_contigs(self._genome.pieces))
        self._list_sites(counts)
        self._free_genome()
        self._write_lists()
        return Header(
            prefix_nt=self._keys.prefix_nt,
            suffix_nt=self._keys.suffix_nt,
            compatible=self._compatible,
            contigs=sum(piece.start == 0 for piece in self._genome.pieces),
            bases=self._genome.bases,
            sites=self._sites,
            distinct_sites=self._distinct,
            spans=self._writer.spans,
        )

    def _pieces(self) -> list[tuple[int, int]]:
        """Return ranges of positions that cover the genome, a few for each thread."""
        length, pieces = self._genome.length, 4 * self._threads
        return list(pairwise(length * i // pieces for i in range(pieces + 1)))

    def _count_sites(self) -> list[Array[c_uint64]]:
        def count(piece: tuple[int, int]) -> Array[c_uint64]:
            histogram = (c_uint64 * PARTITIONS)()
            library().count_sites(self._packed, self._genome.length, *piece, self._compatible, histogram)
            return histogram

        return list(self._pool.map(count, self._pieces()))

    def _list_sites(self, counts: list[Array[c_uint64]]) -> None:
        """Write the occurrences; fill the prefix list, its directories and the overflow."""
        self._writer.begin(Section.OCCURRENCES)
        for first, last in _groups_of_partitions(self._sizes):
            self._list_group(counts, first, last)
        self._writer.end()

    def _list_group(self, counts: list[Array[c_uint64]], first: int, last: int) -> None:
        """List the partitions [first, last), and free their records' memory before the next group is read."""
        records = self._scatter(counts, first, last)
        done = sum(self._sizes[:first])
        starts = list(accumulate(self._sizes[first:last], initial=0))
        step = PARTITIONS_A_TASK if self._sites < MANY_SITES else FEWER_PARTITIONS
        tasks = [(p, min(p + step, last)) for p in range(first, last, step)]
        rooms = [_Room.for_tasks(tasks, self._sizes) for _ in range(self._threads)]
        for i in range(0, len(tasks), self._threads):
            batch = tasks[i : i + self._threads]
            for part in self._pool.map(partial(self._list, records, starts, first), batch, rooms):
                self._keep(part)
                done += len(part.occurrences) // OCCURRENCE_BYTES
                self._report("sorting", done, self._sites)

    def _scatter(self, counts: list[Array[c_uint64]], first: int, last: int) -> Array[c_uint64]:
        """Return the records of the partitions [first, last), ordered by partition, then by position."""
        records = zeros(c_uint64, sum(self._sizes[first:last]))
        cursors = [(c_uint64 * PARTITIONS)() for _ in counts]
        row = 0
        for partition in range(first, last):
            for cursor, count in zip(cursors, counts, strict=True):
                cursor[partition] = row
                row += count[partition]

        def scatter(piece: tuple[int, int], cursor: Array[c_uint64]) -> None:
            library().scatter_sites(
                self._packed, self._genome.length, *piece, self._compatible, first, last, cursor, records
            )

        list(self._pool.map(scatter, self._pieces(), cursors))
        return records

    def _list(
        self, records: Array[c_uint64], starts: list[int], first: int, task: tuple[int, int], room: _Room
    ) -> _Part:
        begin, end = task
        origin, n = starts[begin - first], starts[end - first] - starts[begin - first]
        ends = (c_uint64 * (end - begin))(
            *(start - origin for start in starts[begin - first + 1 : end - first + 1])
        )
        overflows = c_uint64()
        distinct = library().list_partitions(
            cast(byref(records, 8 * origin), POINTER(c_uint64)), ends, begin, end, room.scratch,
            self._keys.prefix_nt, self._keys.suffix_nt, room.entries, room.occurrences, self._directory,
            self._occurrences, room.overflow, byref(overflows),
        )  # fmt: skip
        rows = bytes(memoryview(room.overflow).cast("B")[: sizeof(Overflow) * overflows.value])
        return _Part(distinct, room.entries, memoryview(room.occurrences)[: OCCURRENCE_BYTES * n], rows)

    def _keep(self, part: _Part) -> None:
        memmove(byref(self._entries, 4 * self._distinct), part.entries, 4 * part.distinct)
        self._distinct += part.distinct
        self._writer.append(part.occurrences)
        self._overflow.append(part.overflow)

    def _free_genome(self) -> None:
        del self._packed
        self._genome.free()

    def _write_lists(self) -> None:
        keys = self._keys
        self._report("writing", 0, 3)
        for directory in (self._directory, self._occurrences):
            library().cumulate(directory, 4**keys.prefix_nt)
        prefix_entries = memoryview(self._entries)[: self._distinct]
        self._writer.add(Section.OCCURRENCE_DIRECTORY, self._occurrences)
        self._writer.add(Section.PREFIX_DIRECTORY, self._directory)
        self._writer.add(Section.PREFIX_ENTRIES, prefix_entries)
        self._report("writing", 1, 3)
        directory, suffix_entries = self._suffix_list()
        self._report("writing", 2, 3)
        self._writer.add(Section.SUFFIX_DIRECTORY, directory)
        self._writer.add(Section.SUFFIX_ENTRIES, suffix_entries)
        self._writer.add(Section.OVERFLOW, *self._overflow)
        self._report("writing", 3, 3)

    def _suffix_list(self) -> tuple[Array[c_uint32], Array[c_uint32]]:
        keys = self._keys
        lists = Lists(prefix_nt=keys.prefix_nt, suffix_nt=keys.suffix_nt, distinct=self._distinct)
        lists.prefix_directory = cast(self._directory, POINTER(c_uint32))
        lists.prefix_entries = cast(self._entries, POINTER(c_uint32))
        ranges = _even_ranges(self._directory, self._distinct, self._threads)
        cursors = (c_uint32 * 4**keys.suffix_nt * len(ranges))()
        directory, entries = zeros(c_uint32, 4**keys.suffix_nt + 1), zeros(c_uint32, self._distinct)
        flat = cast(cursors, POINTER(c_uint32))
        reference = byref(lists)
        list(self._pool.map(lambda r, row: library().count_suffixes(reference, *r, row), ranges, cursors))
        library().place_suffixes(flat, len(ranges), 4**keys.suffix_nt, directory)
        list(
            self._pool.map(
                lambda r, row: library().scatter_suffixes(reference, *r, row, entries), ranges, cursors
            )
        )
        return directory, entries


@dataclass(frozen=True, slots=True)
class _Room:
    """The working memory of a task. It is reused, because new memory costs more time than the work."""

    entries: Array[c_uint32]
    occurrences: Array[c_uint8]
    overflow: Array[Overflow]
    scratch: Array[c_uint64]

    @classmethod
    def for_tasks(cls, tasks: list[tuple[int, int]], sizes: list[int]) -> _Room:
        largest = max(sum(sizes[begin:end]) for begin, end in tasks)
        partition = max(max(sizes[begin:end]) for begin, end in tasks)
        return cls(
            zeros(c_uint32, largest),
            zeros(c_uint8, OCCURRENCE_BYTES * largest),
            zeros(Overflow, largest // 2 + 1),
            zeros(c_uint64, partition),
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """The result of one task, in its working memory: copy it before the next task. Only `distinct` entries are filled."""

    distinct: int
    entries: Array[c_uint32]
    occurrences: memoryview
    overflow: bytes


def _groups_of_partitions(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Return ranges of partitions, at task boundaries, whose records fit in memory together."""
    first, held = 0, 0
    for partition in range(0, PARTITIONS, PARTITIONS_A_TASK):
        size = sum(sizes[partition : partition + PARTITIONS_A_TASK])
        if held and held + size > RECORDS_AT_ONCE:
            yield first, partition
            first, held = partition, 0
        held += size
    yield first, PARTITIONS


def _even_ranges(directory: Array[c_uint32], entries: int, parts: int) -> list[tuple[int, int]]:
    """Return ranges of keys with about as many entries each."""
    keys = len(directory) - 1
    bounds = [0, *(bisect_left(directory, entries * i // parts) for i in range(1, parts)), keys]
    return [(low, high) for low, high in pairwise(bounds) if low < high]
