"""Genes that overlap in many ways, as one row of segments on each contig that do not overlap."""

from __future__ import annotations

from array import array
from collections import defaultdict
from itertools import accumulate, chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.locus import Feature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crackling.annotation.gff import Gene, Span

# From a place on, a gene is a feature, INTERGENIC where it is over: place << 32 | gene << 2 | feature. A human genome has
# millions of these, so they are numbers in an array, and sort as such.
_PLACE, _GENE = 32, 2
# What stands on a segment: for each gene there, its number << 2 | the Feature that the segment is in it.
Standing = tuple[int, ...]
NOTHING: Standing = ()


class Standings(NamedTuple):
    """Each different Standing once: number i is members[ends[i - 1]:ends[i]]."""

    ends: array[int]
    members: array[int]

    def of(self, number: int) -> Iterator[tuple[int, Feature]]:
        """The genes of a standing, and what they are there."""
        for member in self.members[self.ends[number - 1] if number else 0 : self.ends[number]]:
            yield member >> _GENE, Feature(member & 3)


class Track(NamedTuple):
    """A contig. Segment i goes from starts[i] to the next start, the last one without end; labels[i] numbers its Standing."""

    starts: array[int]
    labels: array[int]


def segments(genes: Iterable[Gene], contigs: int) -> tuple[list[str], Standings, list[Track]]:
    """Genes' names, the different standings, and a track for each contig."""
    names: list[str] = []
    edges = [array("Q") for _ in range(contigs)]
    for number, gene in enumerate(genes):
        names.append(gene.name)
        for contig, spans in _by_contig(gene.spans).items():
            edges[contig].extend(
                place << _PLACE | number << _GENE | feature for place, feature in flat(spans)
            )
    standings: dict[Standing, int] = {NOTHING: 0}
    tracks = [_track(some, standings) for some in edges]
    ends = array("I", accumulate(map(len, standings)))
    return names, Standings(ends, array("I", chain.from_iterable(standings))), tracks


def _by_contig(spans: Sequence[Span]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.contig].append(span)
    return found


def flat(spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """One gene's spans on one contig as places where its feature changes, each the least of those that stand there."""
    changes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    for span in (*spans, spans[0]._replace(start=first, end=last, feature=Feature.INTRON)):
        changes[span.start].append((span.feature, 1))
        changes[span.end].append((span.feature, -1))
    open_, before = [0, 0, 0, 1], -1  # how many of each stand at the place; outside a gene it is intergenic
    for place in sorted(changes):
        for feature, count in changes[place]:
            open_[feature] += count
        now = 0
        while not open_[now]:
            now += 1
        if now != before:
            yield place, now
        before = now


def _track(edges: array[int], standings: dict[Standing, int]) -> Track:
    track = Track(array("I", [0]), array("I", [0]))
    standing: dict[int, int] = {}  # by gene: what stands there of it
    for place, here in groupby(sorted(edges), key=lambda edge: edge >> _PLACE):
        for edge in here:
            member = edge & 0xFFFFFFFF
            if member & 3 == Feature.INTERGENIC:
                del standing[member >> _GENE]
            else:
                standing[member >> _GENE] = member
        label = standings.setdefault(tuple(sorted(standing.values())), len(standings))
        _append(track, place, label)
    return track


def _append(track: Track, place: int, label: int) -> None:
    if track.starts[-1] == place:
        track.labels[-1] = label
    elif track.labels[-1] != label:
        track.starts.append(place)
        track.labels.append(label)
