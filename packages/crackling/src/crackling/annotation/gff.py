"""GFF3 as NCBI, Ensembl and others write it: which genes there are, and where their exons and coding sequences lie."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from urllib.parse import unquote_to_bytes

from crackling.annotation.locus import Feature
from crackling.errors import InputError
from crackling.sequences.compressed import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

_PARTS = {
    b"CDS": Feature.CDS,
    b"exon": Feature.EXON,
    b"UTR": Feature.EXON,
    b"five_prime_UTR": Feature.EXON,
    b"three_prime_UTR": Feature.EXON,
}
# These belong to no gene; in some files they are most of the lines.
_PASSED_OVER = frozenset({b"region", b"match", b"cDNA_match", b"EST_match", b"protein_match", b"match_part"})
_NAMES = (b"Name", b"gene", b"gene_name", b"locus_tag", b"gene_id", b"ID")
_ALIASES = _NAMES[:-1]  # an ID is valid only within its file
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_COLUMNS = 9
MAX_RECORDS = 1_000_000  # that may have parts, and as many parents of parts
MAX_PARTS = 20_000_000  # exons, for example
MAX_LINES, MAX_CONTIGS = 100_000_000, 2_000_000
MAX_LINE = 1_000_000  # bytes
_MAX_POSITION = 0xFFFFFFFF


class Span(NamedTuple):
    """Bases of a contig (by its number), 0-based half-open, and what they are: a Feature, as a mere number for speed."""

    contig: int
    start: int
    end: int
    feature: int


@dataclass(slots=True)
class Gene:
    """A gene's name, and its spans in no order: the whole of it as intron, and over that its exons and coding sequences."""

    name: str
    spans: list[Span] = field(default_factory=list)
    aliases: tuple[str, ...] = ()  # its other names: a locus tag, for example


@dataclass(slots=True)
class _Node:
    """A record that other records may name as their parent."""

    parent: bytes
    name: str
    is_gene: bool
    spans: list[Span] = field(default_factory=list)
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class GffReader:
    """A reader of GFF3: read() a file, then ask for genes(). Records may stand in any order."""

    label: str
    contigs: dict[str, int] = field(default_factory=dict)
    _nodes: dict[bytes, _Node] = field(default_factory=dict)
    # By parent: contig, start, end and feature of each part, in one flat array, because a human genome has millions.
    _parts: dict[bytes, array[int]] = field(default_factory=dict)
    _part_count: int = 0
    _span_count: int = 0
    _names: dict[bytes, int] = field(default_factory=dict)  # contigs in the order of the file

    def read(self, stream: BinaryIO) -> None:
        """Read a file, plain or compressed.

        Raises:
            InputError: it is not GFF3; the message names the line.
        """
        with plain(stream, self.label) as lines:
            for number, line in enumerate(iter(lambda: lines.readline(MAX_LINE + 1), b""), start=1):
                if len(line) > MAX_LINE:
                    raise self._wrong(number, f"has more than {MAX_LINE:,} bytes")
                if number > MAX_LINES or len(self.contigs) > MAX_CONTIGS:
                    raise InputError(
                        f"{self.label}: has more than {MAX_LINES:,} lines or {MAX_CONTIGS:,} contigs; give only the genes"
                    )
                if line.startswith((b"##FASTA", b">")):
                    break
                if line.startswith(b"##sequence-region"):
                    self._contig(line.split()[1]) if len(line.split()) > 1 else None
                elif line.strip() and not line.startswith(b"#"):
                    self._record(line, number)

    def genes(self) -> Iterator[Gene]:
        """Yield each gene once. The parts of a parent that names no gene are a gene of their own."""
        genes: dict[bytes, Gene] = {
            key: Gene(node.name, node.spans, node.aliases)
            for key, node in self._nodes.items()
            if node.is_gene
        }
        has_parts = set()
        for parent, numbers in self._parts.items():
            root = self._root(parent)
            has_parts.add(root)
            if root not in genes:
                genes[root] = self._made_gene(root)
            genes[root].spans += _unpacked(numbers)
        for key, gene in genes.items():
            if key not in has_parts:  # a gene without exons of its own counts as one exon
                gene.spans = [span._replace(feature=Feature.EXON) for span in gene.spans]
            yield gene

    def _made_gene(self, root: bytes) -> Gene:
        """Return a gene made of parts whose topmost record is no gene, or is not in the file."""
        node = self._nodes.get(root)
        return Gene(node.name, node.spans) if node else Gene(_text(root))

    def _root(self, key: bytes) -> bytes:
        """Return the gene that a record belongs to, or its topmost ancestor."""
        seen = {key}
        while (node := self._nodes.get(key)) and not node.is_gene and node.parent and node.parent not in seen:
            key = node.parent
            seen.add(key)
        return key

    def _record(self, line: bytes, number: int) -> None:
        columns = line.rstrip(b"\r\n").split(b"\t")
        if len(columns) != _COLUMNS:
            raise self._wrong(number, f"has {len(columns)} columns, not {_COLUMNS} with tabs between")
        contig, kind, attributes = self._contig(columns[0]), columns[2], columns[8]
        if kind in _PASSED_OVER:
            return
        start, end = self._bounds(columns, number)
        if b"=" not in attributes and attributes != b".":
            raise self._wrong(number, f"has no tag=value in its last column ({_text(attributes)[:30]!r})")
        parent = _value(attributes, b"Parent").split(b",")[0]
        feature = _PARTS.get(kind)
        if feature is not None:
            parent = parent or _first(attributes, _NAMES) or columns[0]
            self._parts.setdefault(parent, array("I")).extend((contig, start, end, feature))
            self._part_count += 1
            if self._part_count > MAX_PARTS or len(self._parts) > MAX_RECORDS:
                raise self._too_many(number)
            return
        is_gene = kind.endswith(b"gene")
        if key := _value(attributes, b"ID") or (_first(attributes, _NAMES) if is_gene else b""):
            if (node := self._nodes.get(key)) is None:
                name = _text(_first(attributes, _NAMES))
                node = self._nodes[key] = _Node(parent, name, is_gene)
                node.aliases = _aliases(attributes, name) if is_gene else ()
            node.spans.append(Span(contig, start, end, Feature.INTRON))
            self._span_count += 1
            if self._span_count > MAX_RECORDS:
                raise self._too_many(number)

    def _contig(self, name: bytes) -> int:
        if (number := self._names.get(name)) is None:
            number = self._names[name] = self.contigs.setdefault(_text(name), len(self.contigs))
        return number

    def _bounds(self, columns: list[bytes], number: int) -> tuple[int, int]:
        try:
            start, end = int(columns[3]) - 1, int(columns[4])
        except ValueError:
            start, end = -1, 0
        if not 0 <= start < end <= _MAX_POSITION:
            raise self._wrong(number, f"goes from {_text(columns[3])!r} to {_text(columns[4])!r}")
        return start, end

    def _too_many(self, number: int) -> InputError:
        return InputError(
            f"{self.label}, line {number}: is beyond {MAX_RECORDS:,} genes and transcripts or {MAX_PARTS:,} exons, "
            "the most that are read; leave out what is no gene"
        )

    def _wrong(self, number: int, what: str) -> InputError:
        return InputError(f"{self.label}, line {number}: {what}; give GFF3, as NCBI and Ensembl offer it")


def _unpacked(numbers: array[int]) -> Iterator[Span]:
    """Return each span once: transcripts share most of their exons."""
    rows = set(zip(*(numbers[column::4] for column in range(4)), strict=True))
    return map(Span._make, rows)


def _value(attributes: bytes, tag: bytes) -> bytes:
    """Return the value of a tag among tag=value pairs between semicolons, or '' without the tag."""
    wanted = tag + b"="
    at = attributes.find(wanted)
    while at > 0 and attributes[at - 1] not in b"; ":
        at = attributes.find(wanted, at + 1)
    if at < 0:
        return b""
    end = attributes.find(b";", at)
    return attributes[at + len(wanted) : end if end >= 0 else None].strip()


def _first(attributes: bytes, tags: tuple[bytes, ...]) -> bytes:
    return next((value for tag in tags if (value := _value(attributes, tag))), b"")


def _aliases(attributes: bytes, name: str) -> tuple[str, ...]:
    found = dict.fromkeys(_text(_value(attributes, tag)) for tag in _ALIASES)
    return tuple(alias for alias in found if alias and alias != name)


def _text(raw: bytes) -> str:
    return _CONTROL.sub(" ", unquote_to_bytes(raw).decode("utf-8", "replace")).strip()
