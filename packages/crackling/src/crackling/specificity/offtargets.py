"""List the locations near a guide, shard by shard."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from crackling.guides.sites import GUIDE_NT, SITE_NT
from crackling.specificity import kernel
from crackling.specificity.guides import decode, encode
from crackling.specificity.kernel import Hit, library
from crackling.specificity.layout import Range, Section, damaged
from crackling.specificity.search import USUAL_MISMATCHES
from crackling.specificity.shard import ShardSet
from crackling.specificity.weights import BASES, kernel_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crackling.specificity.kernel import Group, Search
    from crackling.specificity.shard import Shard

_ENTRY_BYTES = 4
ROOM = 1024  # room for hits in the first attempt


@dataclass(frozen=True, slots=True)
class OffTarget:
    """A location in the genome near a guide.

    start and end are 0-based half-open on the contig's forward strand and cover protospacer and PAM (23 nt). `site` and `pam`
    read 5' to 3' on `strand`; `alignment` has a dot for each base that matches the guide and the site's base elsewhere.
    mit (0 to 100) and cfd (0 to 1, with the PAM's weight) are the local scores. gene and feature come from an annotation, and
    are None without one.
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
    gene: str | None = None
    feature: str | None = None


class _Row(NamedTuple):
    """An off-target among others: compared by these, the riskiest first."""

    cfd: float
    mit: float
    mismatches: int
    shard: int
    piece: int
    start: int
    strand: str
    off_target: OffTarget


class Listing:
    """A guide, and the locations near it in the shards that were added so far. `total` counts them all."""

    def __init__(
        self, guide: str, k: int = USUAL_MISMATCHES, *, compatible: bool = False, most: int | None = None
    ) -> None:
        """Prepare a listing. Arguments as for Index.off_targets(); `most`: how many of the riskiest to list, default all.

        Raises:
            InputError: the guide is not 20 letters of A, C, G, T.
        """
        self._guide, self._number, self._k = guide, encode(guide), k
        self._nag_weight = kernel_weights().cfd_ngg if compatible else kernel_weights().cfd_nag
        self._most, self.total = most, 0
        self._rows: list[_Row] = []
        self._shards = ShardSet()

    def add(self, shard: Shard) -> None:
        """Add the locations in a shard, which must be open with its positions.

        Raises:
            InputError: k is out of range.
            IndexFileError: the shard is of another genome than those before, was added before, or is damaged.
        """
        assert shard.has_positions, "open the index with positions=True"
        self._shards.add(shard.header, shard.label)
        for hit in self._find(shard, shard.search(self._k)):
            for piece, start, flags in _occurrences(shard, hit):
                row = self._off_target(hit, shard.pieces[piece].name, start, flags)
                self._rows.append(
                    _Row(
                        -row.cfd, -row.mit, row.mismatches, shard.header.shard, piece, start, row.strand, row
                    )
                )

    def off_targets(self) -> list[OffTarget]:
        """Return the off-targets by CFD, then MIT, then location, the riskiest first.

        Raises:
            IndexFileError: a shard of the genome was not added.
        """
        self._shards.check_whole()
        return [row.off_target for row in sorted(self._rows, key=lambda row: row[:-1])[: self._most]]

    def _find(self, shard: Shard, search: Search) -> list[Hit]:
        """Find the distinct sites near the guide whose locations may be listed.

        If the file is fetched as it is needed, the sites are found first; then the buckets of the prefix list that contain
        them are fetched, from which the positions of their occurrences are counted; then the occurrences.
        """
        if shard.fetch:
            shard.fetch([*_bucket_ranges(shard, self._number, search)])
        hits = self._count(_ask(shard, self._number, search))
        if not shard.fetch:
            return hits
        shard.fetch([_prefix_range(shard, hit.site) for hit in hits])
        wanted = {hit.site for hit in hits}
        hits = [hit for hit in _ask(shard, self._number, search) if hit.site in wanted]
        shard.fetch([_occurrence_range(shard, hit) for hit in hits])
        return hits

    def _count(self, hits: list[Hit]) -> list[Hit]:
        """Count the locations of all hits; return the hits that may have one of the riskiest locations."""
        risks = sorted((risk, count) for hit in hits for risk, count in self._risks(hit))
        before = list(accumulate((count for _, count in risks), initial=0))
        self.total += before[-1]
        if self._most is None or before[-1] <= self._most:
            return hits
        least, _ = risks[
            bisect_left(before, self._most) - 1
        ]  # other locations with the same risk may be sorted before it
        return [hit for hit in hits if any(risk <= least for risk, _ in self._risks(hit))]

    def _risks(self, hit: Hit) -> list[tuple[tuple[float, float, int], int]]:
        """Return the risk of the hit's locations with each PAM, the riskiest lowest, and their number."""
        by_pam = (kernel_weights().cfd_ngg, hit.ngg), (self._nag_weight, hit.nag)
        return [((-(hit.cfd * weight), -hit.mit, hit.mismatches), n) for weight, n in by_pam if n]

    def _off_target(self, hit: Hit, contig: str, start: int, flags: int) -> OffTarget:
        site = decode(hit.site)
        is_ngg = flags & kernel.PAM_IS_NGG
        return OffTarget(
            guide=self._guide,
            contig=contig,
            start=start,
            end=start + SITE_NT,
            strand="-" if flags & kernel.REVERSE_STRAND else "+",
            site=site,
            pam=BASES[flags >> kernel.PAM_BASE_SHIFT & 3] + ("GG" if is_ngg else "AG"),
            mismatches=hit.mismatches,
            alignment="".join("." if a == b else b for a, b in zip(self._guide, site, strict=True)),
            mit=hit.mit,
            cfd=hit.cfd * (kernel_weights().cfd_ngg if is_ngg else self._nag_weight),
        )


def _ask(shard: Shard, guide: int, search: Search) -> list[Hit]:
    room = ROOM
    while True:
        hits = (Hit * room)()
        count = library().find(
            ctypes.byref(shard.lists),
            ctypes.byref(kernel_weights()),
            ctypes.byref(search),
            guide,
            hits,
            room,
        )
        if count <= room:
            return hits[:count]
        room = count


def _bucket_ranges(shard: Shard, guide: int, search: Search) -> Iterator[Range]:
    """Yield the ranges of the buckets that a search reads."""
    lists = shard.lists
    prefix_key = guide >> 2 * (GUIDE_NT - lists.prefix_nt)
    suffix_key = guide & (4**lists.suffix_nt - 1)
    prefix_groups = search.prefix_groups[: search.prefix_group_count]
    suffix_groups = search.suffix_groups[: search.suffix_group_count]
    yield from _group_ranges(shard, Section.PREFIX_ENTRIES, lists.prefix_directory, prefix_groups, prefix_key)
    yield from _group_ranges(shard, Section.SUFFIX_ENTRIES, lists.suffix_directory, suffix_groups, suffix_key)


def _group_ranges(
    shard: Shard,
    section: Section,
    directory: ctypes._Pointer[ctypes.c_uint32],
    groups: Iterable[Group],
    key: int,
) -> Iterator[Range]:
    origin = shard.header.spans[section].offset
    for group in groups:
        first = key ^ group.change
        if group.buckets > 1:  # all four that differ in the last base
            first &= ~3
        start, end = directory[first], directory[first + group.buckets]
        if start < end:
            yield Range(origin + _ENTRY_BYTES * start, origin + _ENTRY_BYTES * end)


def _prefix_range(shard: Shard, site: int) -> Range:
    """Return the range of the bucket of the prefix list that contains a site."""
    key = site >> 2 * (GUIDE_NT - shard.lists.prefix_nt)
    origin, directory = shard.header.spans[Section.PREFIX_ENTRIES].offset, shard.lists.prefix_directory
    return Range(origin + _ENTRY_BYTES * directory[key], origin + _ENTRY_BYTES * directory[key + 1])


def _occurrence_range(shard: Shard, hit: Hit) -> Range:
    span = shard.header.spans[Section.OCCURRENCES]
    first = span.offset + kernel.OCCURRENCE_BYTES * hit.first_occurrence
    last = first + kernel.OCCURRENCE_BYTES * (hit.ngg + hit.nag)
    if last > span.offset + span.length:
        raise damaged(shard.label)
    return Range(first, last)


def _occurrences(shard: Shard, hit: Hit) -> Iterator[tuple[int, int, int]]:
    """Yield the number of the piece of a contig, the position in the contig, and the flags."""
    for offset in range(*_occurrence_range(shard, hit), kernel.OCCURRENCE_BYTES):
        position = int.from_bytes(shard.memory[offset : offset + 4], "little")
        piece = bisect_right(shard.starts, position) - 1
        if piece >= len(shard.pieces):
            raise damaged(shard.label)
        yield piece, position - shard.starts[piece] + shard.pieces[piece].start, shard.memory[offset + 4]
