"""Searching an index: scores of guides, and the list of a guide's off-targets."""

from __future__ import annotations

import ctypes
import mmap
import os
import re
import struct
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from ctypes import POINTER, c_uint32, c_uint64
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self, TypeVar

from isal import isal_zlib

from crackling.errors import InputError
from crackling.files import readable
from crackling.specificity import kernel
from crackling.specificity.genome import contig_starts
from crackling.specificity.kernel import Hit, Lists, Overflow, Search, Totals, library
from crackling.specificity.layout import (
    HEADER_BYTES,
    POSITION_SECTIONS,
    Header,
    Section,
    damaged,
    decode_contigs,
)
from crackling.specificity.plan import Keys, choose_prefix_radius, groups
from crackling.specificity.weights import BASES, aggregate, kernel_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

USUAL_MISMATCHES = 4
GUIDES_A_TASK = 256
_DIGITS = str.maketrans(BASES, "0123")
_is_guide = re.compile(f"[{BASES}]{{{kernel.SITE_NT}}}").fullmatch
_TOTALS = struct.Struct(f"={ctypes.sizeof(Totals) // 8}Q")
_T = TypeVar("_T")


class Specificity(NamedTuple):
    """How specific a guide is: both aggregates (100 is best), and occurrences in the genome by number of mismatches."""

    mit: float
    cfd: float
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OffTarget:
    """A place in the genome near a guide.

    start and end are 0-based half-open on the contig's forward strand and cover protospacer and PAM (23 nt). `site` and `pam`
    read 5' to 3' on `strand`; `alignment` has a dot for each base that matches the guide and the site's base elsewhere.
    mit (0 to 100) and cfd (0 to 1, with the PAM's weight) are the local scores.
    """

    guide: str
    contig: str
    start: int
    end: int
    strand: str
    site: str
    pam: str
    mismatches: int
    alignment: str
    mit: float
    cfd: float


def encode(guide: str) -> int:
    """20 bases of A, C, G, T as the kernel's number.

    Raises:
        InputError: it is something else, which as a number would lead the kernel out of the index.
    """
    if not _is_guide(guide):
        raise InputError(
            f"guide {guide!r}: must be {kernel.SITE_NT} letters of A, C, G, T; give it without its PAM"
        )
    return int(guide.translate(_DIGITS), 4)


def encode_all(guides: Sequence[str]) -> ctypes.Array[c_uint64]:
    """encode() of many, at once."""
    numbers = (c_uint64 * len(guides))()
    letters = "".join(guides).encode("ascii", "replace")
    has_lengths = set(map(len, guides)) == {kernel.SITE_NT}
    if not has_lengths or library().read_guides(letters, len(guides), numbers) < len(guides):
        numbers[:] = [encode(guide) for guide in guides]  # says which one is wrong, and how
    return numbers


def decode(site: int) -> str:
    return "".join(BASES[site >> shift & 3] for shift in range(38, -2, -2))


def check_mismatches(k: int) -> None:
    if not 0 <= k <= kernel.MAX_MISMATCHES:
        raise InputError(f"k = {k}: the number of mismatches must be from 0 to {kernel.MAX_MISMATCHES}")


class Index:
    """An index file, memory-mapped. Use as a context manager, or call close()."""

    def __init__(self, header: Header, memory: mmap.mmap, label: str, positions: bool) -> None:
        self.header = header
        self._memory, self._label = memory, label
        self._contigs = decode_contigs(self._section(Section.CONTIGS), label)
        self._starts = contig_starts(self._contigs)
        self._lists = self._map_lists(positions)
        self._has_positions = positions
        if not library().sound(ctypes.byref(self._lists)):
            raise damaged(label)

    @classmethod
    def open(cls, path: Path, *, verify: bool = True, positions: bool = True) -> Self:
        """Map an index.

        Args:
            path: the file.
            verify: read all of it once and check the checksums.
            positions: off_targets() will be asked for; without, the sections of positions are not read and may be a hole.

        Raises:
            IndexFileError: not an index, of another version, cut short or damaged.
            StorageError: the file cannot be read.
        """
        label = str(path)
        with readable(path) as stream:
            header = Header.decode(stream.read(HEADER_BYTES), label)
            if stream.seek(0, os.SEEK_END) != header.file_bytes:
                raise damaged(label)
            # A private copy-on-write mapping: never written, but ctypes wants a writable one.
            memory = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY)
        for section in set(Section) - (set() if positions else POSITION_SECTIONS) if verify else ():
            span = header.spans[section]
            with memoryview(memory) as view, view[span.offset : span.padded_end] as padded:
                if isal_zlib.crc32(padded) != span.checksum:
                    raise damaged(label)
        return cls(header, memory, label, positions)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._memory.closed:
            return
        del self._lists  # its pointers keep the mapping's buffer exported
        self._memory.close()

    @property
    def contigs(self) -> list[tuple[str, int]]:
        """Names and lengths."""
        return self._contigs

    def _section(self, section: Section) -> bytes:
        span = self.header.spans[section]
        return self._memory[span.offset : span.offset + span.length]

    def _pointer(self, section: Section, kind: type[c_uint32 | Overflow], expected: int) -> object:
        span = self.header.spans[section]
        if (
            span.length != expected * ctypes.sizeof(kind)
            or span.padded_end > len(self._memory)
            or span.offset % 8
        ):
            raise damaged(self._label)
        address = ctypes.addressof(ctypes.c_char.from_buffer(self._memory)) + span.offset
        return ctypes.cast(address, POINTER(kind))

    def _map_lists(self, positions: bool) -> Lists:
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
        if positions:
            lists.occurrence_directory = self._pointer(Section.OCCURRENCE_DIRECTORY, c_uint32, prefix_keys)
        return lists

    def _search(self, k: int) -> Search:
        check_mismatches(k)
        keys = Keys(self.header.prefix_nt, self.header.suffix_nt)
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

    def score(
        self,
        guides: Sequence[str],
        k: int = USUAL_MISMATCHES,
        *,
        compatible: bool = False,
        threads: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Specificity]:
        """Score guides against every site within k mismatches, without early exit.

        Args:
            guides: 20 nt of A, C, G, T each.
            k: 0 to 6.
            compatible: CFD weighs every PAM as NGG, as the published program does.
            threads: default: all processors.
            progress: is told how many guides are done.

        Returns:
            In the order of `guides`; each `counts` has k + 1 numbers.

        Raises:
            InputError: a guide is not 20 letters of A, C, G, T, or k is out of range.
        """
        search = self._search(k)

        def score(start: int) -> ctypes.Array[Totals]:
            part = guides[start : start + GUIDES_A_TASK]
            totals = (Totals * len(part))()
            numbers = encode_all(part)
            library().score(
                ctypes.byref(self._lists), ctypes.byref(kernel_weights()), ctypes.byref(search), compatible, numbers,
                len(part), totals,
            )  # fmt: skip
            return totals

        scored: list[Specificity] = []
        for totals in _map_in_threads(score, range(0, len(guides), GUIDES_A_TASK), threads):
            scored += [_specificity(row, k) for row in _TOTALS.iter_unpack(totals)]
            if progress:
                progress(len(scored))
        return scored

    def off_targets(
        self, guide: str, k: int = USUAL_MISMATCHES, *, compatible: bool = False
    ) -> list[OffTarget]:
        """Every occurrence within k mismatches of a guide (20 nt), the riskiest first: by CFD, then MIT, then place."""
        assert self._has_positions, "open the index with positions=True"
        nag_weight = kernel_weights().cfd_ngg if compatible else kernel_weights().cfd_nag
        found = [
            (contig, self._off_target(guide, hit, contig, place, flags, nag_weight))
            for hit in self._find(guide, k)
            for contig, place, flags in self._occurrences(hit)
        ]
        found.sort(
            key=lambda row: (-row[1].cfd, -row[1].mit, row[1].mismatches, row[0], row[1].start, row[1].strand)
        )
        return [off_target for _, off_target in found]

    def _find(self, guide: str, k: int) -> list[Hit]:
        search, room = self._search(k), 1024
        while True:
            hits = (Hit * room)()
            count = library().find(
                ctypes.byref(self._lists),
                ctypes.byref(kernel_weights()),
                ctypes.byref(search),
                encode(guide),
                hits,
                room,
            )
            if count <= room:
                return hits[:count]
            room = count

    def _occurrences(self, hit: Hit) -> Iterator[tuple[int, int, int]]:
        """Contig number, place in the contig, flags."""
        span = self.header.spans[Section.OCCURRENCES]
        first = span.offset + kernel.OCCURRENCE_BYTES * hit.first_occurrence
        last = first + kernel.OCCURRENCE_BYTES * (hit.ngg + hit.nag)
        if last > span.offset + span.length:
            raise damaged(self._label)
        for offset in range(first, last, kernel.OCCURRENCE_BYTES):
            place = int.from_bytes(self._memory[offset : offset + 4], "little")
            contig = bisect_right(self._starts, place) - 1
            if contig >= len(self._contigs):
                raise damaged(self._label)
            yield contig, place - self._starts[contig], self._memory[offset + 4]

    def _off_target(
        self, guide: str, hit: Hit, contig: int, start: int, flags: int, nag_weight: float
    ) -> OffTarget:
        site = decode(hit.site)
        is_ngg = flags & kernel.PAM_IS_NGG
        return OffTarget(
            guide=guide,
            contig=self._contigs[contig][0],
            start=start,
            end=start + kernel.WINDOW_NT,
            strand="-" if flags & kernel.REVERSE_STRAND else "+",
            site=site,
            pam=BASES[flags >> kernel.PAM_BASE_SHIFT & 3] + ("GG" if is_ngg else "AG"),
            mismatches=hit.mismatches,
            alignment="".join("." if a == b else b for a, b in zip(guide, site, strict=True)),
            mit=hit.mit,
            cfd=hit.cfd * (kernel_weights().cfd_ngg if is_ngg else nag_weight),
        )


def _specificity(totals: tuple[int, ...], k: int) -> Specificity:
    """From the numbers of a `Totals`: unpacked all at once, as each access to a structure costs as much as a guide's share."""
    mit, cfd = totals[0] * kernel.SCORE_UNIT, totals[1] * kernel.SCORE_UNIT
    return Specificity(aggregate(mit), aggregate(cfd), totals[2 : k + 3])


def _map_in_threads(
    function: Callable[[int], _T], starts: Sequence[int], threads: int | None
) -> Iterator[_T]:
    """Like map(), in order; without a pool where there is nothing to share out."""
    workers = min(threads or os.cpu_count() or 1, len(starts))
    if workers <= 1:
        yield from map(function, starts)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, starts)
