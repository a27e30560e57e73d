"""Turn genes that overlap in any way into consecutive segments of each contig that do not overlap."""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import accumulate, chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.locus import Feature
from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crackling.annotation.gene_models import Gene, Span

# A change says that from a position on a gene is a feature, INTERGENIC behind its end: position << 32 | gene << 2 | feature.
# A human genome has millions of changes, so they are an array of numbers, which can be sorted directly.
_POSITION_SHIFT, _GENE_SHIFT = 32, 2
_FEATURE_MASK = (1 << _GENE_SHIFT) - 1
_EDGE_SHIFT = 3
_END = (1 << 40,)  # beyond every edge
_MEMBER_MASK = (1 << _POSITION_SHIFT) - 1
# The features of a segment: for each gene there, its number << 2 | the Feature that the segment is in this gene.
FeatureSet = tuple[int, ...]
NO_FEATURES: FeatureSet = ()
# In all feature sets together: a thousand genes that overlap each other have a million.
MAX_MEMBERS = 20_000_000


class FeatureSets(NamedTuple):
    """Each different FeatureSet once: number i is members[ends[i - 1]:ends[i]]."""

    ends: array[int]
    members: array[int]

    def features(self, number: int) -> Iterator[tuple[int, Feature]]:
        """Yield the number of each gene in a set, and its feature."""
        for member in self.members[self.ends[number - 1] if number else 0 : self.ends[number]]:
            yield member >> _GENE_SHIFT, Feature(member & _FEATURE_MASK)


class Track(NamedTuple):
    """A contig: segment i reaches from starts[i] to the next start, the last one to the end; sets[i] numbers its FeatureSet."""

    starts: array[int]
    sets: array[int]


def segments(genes: Iterable[Gene], contigs: int) -> tuple[list[str], FeatureSets, list[Track]]:
    """Return the names of the genes, the different feature sets, and a track for each contig."""
    names: list[str] = []
    changes = [array("Q") for _ in range(contigs)]
    for number, gene in enumerate(genes):
        names.append(gene.name)
        for contig, spans in _by_contig(gene.spans).items():
            changes[contig].extend(
                position << _POSITION_SHIFT | number << _GENE_SHIFT | feature
                for position, feature in flat(spans)
            )
    numbers: dict[FeatureSet, int] = {NO_FEATURES: 0}
    left = MAX_MEMBERS
    tracks = []
    for some in changes:
        track, left = _track(some, numbers, left)
        tracks.append(track)
    ends = array("I", accumulate(map(len, numbers)))
    return names, FeatureSets(ends, array("I", chain.from_iterable(numbers))), tracks


def _by_contig(spans: Sequence[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.contig].append(span)
    return found


def flat(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Yield the positions where one gene's feature on one contig changes; where spans overlap, the least feature counts."""
    edges: list[
        int
    ] = []  # position, feature, and whether a span ends there, as numbers, which are sorted faster
    for _, start, end, feature in spans:
        edges += (start << _EDGE_SHIFT | feature << 1, end << _EDGE_SHIFT | feature << 1 | 1)
    edges.sort()
    open_ = [0, 0, 0, 1]  # how many spans of each feature are open; outside a gene it is intergenic
    position = before = -1
    for edge in chain(edges, _END):
        if edge >> _EDGE_SHIFT != position:
            now = 0
            while not open_[now]:
                now += 1
            if now != before and position >= 0:
                yield position, now
                before = now
            position = edge >> _EDGE_SHIFT
        open_[edge >> 1 & _FEATURE_MASK] += -1 if edge & 1 else 1


def _track(changes: array[int], numbers: dict[FeatureSet, int], left: int) -> tuple[Track, int]:
    """Return the segments of a contig, and number the feature sets that are new, which have `left` members at most.

    Raises:
        InputError: they have more.
    """
    track = Track(array("I", [0]), array("I", [0]))
    members: dict[int, int] = {}  # of the current feature set, by gene
    for position, here in groupby(sorted(changes), key=lambda change: change >> _POSITION_SHIFT):
        for change in here:
            member = change & _MEMBER_MASK
            if member & _FEATURE_MASK == Feature.INTERGENIC:
                del members[member >> _GENE_SHIFT]
            else:
                members[member >> _GENE_SHIFT] = member
        known = len(numbers)
        number = numbers.setdefault(tuple(sorted(members.values())), known)
        left -= len(members) if number == known else 0
        if left < 0:
            raise InputError(
                f"the annotation has too many genes that overlap ({len(members):,} at base {position + 1:,} of a contig); "
                "give the GFF3 file of a genome's genes"
            )
        _append(track, position, number)
    return track, left


def _append(track: Track, position: int, number: int) -> None:
    if track.starts[-1] == position:
        track.sets[-1] = number
    elif track.sets[-1] != number:
        track.starts.append(position)
        track.sets.append(number)
