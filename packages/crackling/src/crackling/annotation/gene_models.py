"""Make gene models: find which records of an annotation belong to one gene, and where that gene is."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from crackling.annotation.locus import Feature

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterator, Mapping, Sequence

    from crackling.annotation.names import Names

_MAX_LEVELS = 32  # of records over each other
# The kind of a part as a number: its feature, its strand, and whether no intron leads to the next part of its gene, as where
# it is spliced in trans.
_FEATURE_MASK = 0b11
STRANDS = {b"+": 0b0100, b"-": 0b1000}
_STRAND_MASK = 0b1100
APART = 0b10000


class Span(NamedTuple):
    """Bases of a contig (by its number), 0-based half-open, and their Feature, as a number for speed."""

    contig: int
    start: int
    end: int
    feature: int


@dataclass(slots=True)
class Gene:
    """A gene.

    name: '' if it has none. locations: its extent as introns, in several pieces if it is put together from them.
    parts: its exons and coding sequences, in no order. aliases: its other names, a locus tag for example.
    """

    name: str
    locations: list[Span] = field(default_factory=list)
    parts: list[Span] = field(default_factory=list)
    aliases: tuple[str, ...] = ()

    @property
    def spans(self) -> list[Span]:
        """Return all spans of a gene. A gene without exons counts as one exon."""
        if self.parts:
            return self.locations + self.parts
        return [location._replace(feature=Feature.EXON) for location in self.locations]


class Key(NamedTuple):
    """A name by which records refer to each other. Identifiers may begin again on each contig of a file that was put together."""

    contig: int
    identifier: bytes


@dataclass(slots=True)
class Node:
    """A record that other records may name as their parent, or several with the same identifier: its parts."""

    contig: int
    names: Names | None  # of a gene, and of what may turn out to be one
    parents: Sequence[bytes] = ()
    is_gene: bool = False
    is_transcript: bool = False
    locations: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class GeneModels:
    """The records of a file, in any order, and how they belong together."""

    # Records that share a key but have different names are different genes; their locations decide which parts they have.
    nodes: dict[Key, dict[Names | None, Node]] = field(default_factory=dict)
    # By parent: start, end and kind of each part, in one flat array, because a human genome has millions.
    parts: dict[Key, array[int]] = field(default_factory=dict)
    # By parents that were not known when their first part was read: the name that this part gives its gene.
    names: dict[Key, Names] = field(default_factory=dict)

    def add_node(self, key: Key, node: Node) -> None:
        """Add a record. If an earlier record has the same key and names, the new one is a part of it."""
        other = self.nodes.setdefault(key, {}).setdefault(node.names if node.is_gene else None, node)
        if other is not node:
            other.locations += node.locations
            other.parents = [*dict.fromkeys((*other.parents, *node.parents))]

    def genes(self, circles: Mapping[int, int]) -> Iterator[Gene]:
        """Yield each gene once: recorded genes first, then parts without one. circles: the lengths of circular contigs."""
        nodes = [node for some in self.nodes.values() for node in some.values()]
        drafts = {id(node): _Draft.of(node) for node in nodes if node.is_gene}
        recorded = list(drafts.values())
        loose: list[_Draft] = []
        parents = _Parents(self.nodes)
        for key, numbers in self.parts.items():
            owners = parents.owners(key)
            for owner in owners:
                if id(owner) not in drafts:
                    drafts[id(owner)] = _Draft.of(owner)
                    loose.append(drafts[id(owner)])
            if len(owners) == 1:
                drafts[id(owners[0])].rows.append((key.contig, numbers))
            elif owners:
                for owner, spans in _shared_out(_unpacked([(key.contig, numbers)]), owners):
                    drafts[id(owner)].parts += spans
            else:
                locations = _locations(numbers, key.contig, circles.get(key.contig))
                loose.append(_Draft(self.names[key], locations, [(key.contig, numbers)]))
        loose += (
            _Draft.of(node)
            for node in nodes
            if node.is_transcript
            and node.names is not None
            and id(node) not in drafts
            and parents.topmost([node])[-1] is node
        )
        others = list(_joined(loose, recorded))
        yield from (draft.gene() for draft in chain(recorded, others))


@dataclass(slots=True)
class _Parents:
    """Find the records that a record belongs to, directly or through others."""

    nodes: dict[Key, dict[Names | None, Node]]
    _contigs: dict[bytes, list[int]] | None = None

    def owners(self, key: Key) -> list[Node]:
        """Return the genes that a parent is or belongs to; if there are none, its topmost ancestor, which counts as a gene."""
        return self.topmost(self._named(key))

    def topmost(self, nodes: Sequence[Node]) -> list[Node]:
        """Return the genes that records belong to; if there are none, the topmost transcript or else the topmost record."""
        genes: dict[int, Node] = {}
        others: list[Node] = []
        level, seen = list(nodes), {id(node) for node in nodes}
        for _ in range(_MAX_LEVELS):
            above: list[Node] = []
            for node in level:
                if node.is_gene:
                    genes[id(node)] = node
                    continue
                others.append(node)
                for identifier in node.parents:
                    for parent in self._named(Key(node.contig, identifier)):
                        if id(parent) not in seen:
                            seen.add(id(parent))
                            above.append(parent)
            level = above
        transcripts = [node for node in others if node.is_transcript]
        return list(genes.values()) or transcripts[-1:] or others[-1:]

    def _named(self, key: Key) -> Sequence[Node]:
        """Return the records with this key; if there are none, those with its identifier, provided that one contig has all."""
        if (here := self.nodes.get(key)) is not None:
            return list(here.values())
        if self._contigs is None:
            self._contigs = defaultdict(list)
            for other in self.nodes:
                self._contigs[other.identifier].append(other.contig)
        contigs = self._contigs.get(key.identifier, ())
        return list(self.nodes[Key(contigs[0], key.identifier)].values()) if len(contigs) == 1 else []


@dataclass(slots=True, eq=False)
class _Draft:
    """A gene whose parts are still as they were read, because those of all genes together take much memory as spans."""

    names: Names
    locations: list[Span]
    rows: list[tuple[int, array[int]]] = field(default_factory=list)  # with their contig
    parts: list[Span] = field(default_factory=list)
    aliases: dict[str, None] = field(default_factory=dict)  # in addition to its own

    @classmethod
    def of(cls, node: Node) -> _Draft:
        assert node.names is not None
        return cls(node.names, list(node.locations))

    def gene(self) -> Gene:
        aliases = self.names.aliases
        if self.aliases:
            aliases = tuple(dict.fromkeys((*aliases, *self.aliases)))
        return Gene(self.names.name, self.locations, _unpacked(self.rows) + self.parts, aliases)

    @property
    def is_whole(self) -> bool:
        """Return whether it counts as one exon."""
        return not self.rows and not self.parts

    def take(self, other: _Draft, *, is_recorded: bool) -> None:
        """Add another gene; only a recorded one knows its locations."""
        exons = (
            [location._replace(feature=Feature.EXON) for location in other.locations]
            if other.is_whole
            else []
        )
        if not is_recorded:
            if self.is_whole and not other.is_whole:
                self.parts = [location._replace(feature=Feature.EXON) for location in self.locations]
            if self.is_whole:
                exons = []
            self.locations += other.locations
        self.rows += other.rows
        self.parts += other.parts + exons
        self.aliases |= dict.fromkeys((other.names.name, *other.names.aliases, *other.aliases))
        self.aliases.pop(self.names.name, None)


def _unpacked(rows: Sequence[tuple[int, array[int]]]) -> list[Span]:
    """Return each span once: transcripts share most of their exons."""
    found = {
        (contig, start, end, kind & _FEATURE_MASK)
        for contig, numbers in rows
        for start, end, kind in zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True)
    }
    return list(map(Span._make, found))


def _shared_out(spans: list[Span], owners: Sequence[Node]) -> Iterator[tuple[Node, list[Span]]]:
    """Yield owners with the spans that overlap them; a span that overlaps none belongs to all."""
    if len(owners) == 1:
        yield owners[0], spans
    if len(owners) <= 1:
        return
    locations = sorted(
        (location.contig, location.start, location.end, number)
        for number, owner in enumerate(owners)
        for location in owner.locations
    )
    furthest = list(accumulate(((contig, end) for contig, _, end, _ in locations), max))
    shares: list[list[Span]] = [[] for _ in owners]
    for span in spans:
        at, on = bisect_left(locations, (span.contig, span.end)), set()
        while at > 0 and furthest[at - 1] > (span.contig, span.start):
            at -= 1
            if locations[at][0] == span.contig and locations[at][2] > span.start:
                on.add(locations[at][3])
        for number in on or range(len(owners)):
            shares[number].append(span)
    yield from zip(owners, shares, strict=True)


def _locations(numbers: array[int], contig: int, circle: int | None) -> list[Span]:
    """Return the extent of a gene, from the first to the last of its parts that introns can join."""
    rows = sorted(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
    locations: list[Span] = []
    # A gene over the origin of a circular contig has a part at each end of it.
    over = circle is not None and rows[0][0] == 0 and max(end for _, end, _ in rows) == circle
    gap = max((after[0] - before[1] for before, after in pairwise(rows)), default=0)
    last_strand = -1
    for start, end, kind in rows:
        strand, apart = kind & _STRAND_MASK, kind & APART
        is_next = (
            locations
            and strand == last_strand
            and not apart
            and not (over and start - locations[-1].end == gap)
        )
        if is_next:
            locations[-1] = locations[-1]._replace(end=max(end, locations[-1].end))
        else:
            locations.append(Span(contig, start, end, Feature.INTRON))
        last_strand = strand
    return locations


def _joined(loose: list[_Draft], recorded: list[_Draft]) -> Iterator[_Draft]:
    """Yield loose genes: those of one identity that overlap are one gene, or parts of the recorded gene that has that name."""
    wanted = {one.names.identity for one in loose if one.names.identity}
    namesakes: dict[tuple[int, str], list[_Draft]] = defaultdict(list)
    for gene in recorded if wanted else ():
        for name in {gene.names.name, *gene.names.aliases} & wanted:
            for contig in {location.contig for location in gene.locations}:
                namesakes[contig, name].append(gene)
    by_identity: dict[tuple[int, str], list[_Draft]] = defaultdict(list)
    for one in loose:
        if one.names.identity:
            by_identity[one.locations[0].contig, one.names.identity].append(one)
        else:
            yield one
    for key, some in by_identity.items():
        yield from _united(some, namesakes.get(key, ()))


def _united(loose: Sequence[_Draft], recorded: Sequence[_Draft]) -> Iterator[_Draft]:
    """Yield one gene for all loose ones that overlap; what overlaps a recorded one becomes parts of that."""
    if len(loose) == 1 and not recorded:
        yield loose[0]
        return
    is_recorded = {id(gene) for gene in recorded}
    became: dict[int, _Draft] = {id(gene): gene for gene in recorded}
    for cluster in _clusters([*recorded, *loose]):
        into = next((gene for gene in cluster if id(gene) in is_recorded), None)
        into = into or next((became[id(gene)] for gene in cluster if id(gene) in became), None)
        for gene in cluster:
            if id(gene) not in became:
                into = into or gene
                became[id(gene)] = into
                if into is not gene:
                    into.take(gene, is_recorded=id(into) in is_recorded)
    yield from (gene for gene in loose if became[id(gene)] is gene)


def _clusters(genes: Sequence[_Draft]) -> Iterator[list[_Draft]]:
    """Yield genes whose locations overlap, each with the others; a gene in several locations may be in several clusters."""
    items = sorted(
        ((location, number) for number, gene in enumerate(genes) for location in gene.locations),
        key=lambda item: item[0][:3],
    )
    cluster: list[_Draft] = []
    contig = end = -1
    for location, number in items:
        if (location.contig, location.start) >= (contig, end):
            if cluster:
                yield cluster
            cluster, contig, end = [], location.contig, location.end
        cluster.append(genes[number])
        end = max(end, location.end)
    if cluster:
        yield cluster
