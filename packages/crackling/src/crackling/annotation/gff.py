"""Read GFF3 and GTF as NCBI, Ensembl, Prokka, Bakta and others write them: find the genes and the locations of their parts."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from crackling.annotation.attributes import Gff3, dialect_of, text
from crackling.annotation.gene_models import APART, STRANDS, GeneModels, Key, Node, Span
from crackling.annotation.locus import Feature
from crackling.annotation.names import names_of_gene, names_of_part
from crackling.errors import InputError
from crackling.sequences.compressed import plain
from crackling.sequences.lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.attributes import Dialect
    from crackling.annotation.gene_models import Gene

# A stop codon is not in the CDS of GTF.
_CODING = frozenset({b"CDS", b"start_codon", b"stop_codon"})
_UTRS = frozenset({b"UTR", b"five_prime_UTR", b"three_prime_UTR", b"five_prime_utr", b"three_prime_utr"})
# These belong to no gene, or are what genes lie on; in some files they are most of the lines.
_PASSED_OVER = frozenset(
    {
        *(
            b"region",
            b"match",
            b"cDNA_match",
            b"EST_match",
            b"protein_match",
            b"match_part",
            b"biological_region",
        ),
        *(b"chromosome", b"contig", b"supercontig", b"scaffold", b"assembly", b"databank_entry", b"source"),
        *(b"intron", b"gap", b"remark"),
    }
)
_CIRCULAR = b"Is_circular=true"
_APART = (b"exception=trans-splicing", b"exception=trans splicing", b"part=")
_NO_ATTRIBUTES = b"."
_NO_RECORD = b"#>"
_COLUMNS = 9
_LAST_BASE, _MAX_DIGITS = 3, 18  # in ##sequence-region NAME FIRST LAST
MAX_RECORDS = 1_000_000  # that may have parts, and as many parents of parts
MAX_PARTS = 20_000_000  # exons, for example
MAX_LINES, MAX_CONTIGS = 100_000_000, 2_000_000
MAX_LINE = 1_000_000  # bytes
MAX_LETTERS = 500_000_000  # of names
_MAX_POSITION = 0xFFFFFFFF


@dataclass(slots=True)
class GffReader:
    """A reader of GFF3 and GTF: read() a file, then ask for genes(). Records may stand in any order.

    Attributes:
        label: what messages call the file.
        contigs: the number of each contig, in the order of the file.
        declared: the last base of each contig that has a line ##sequence-region.
        circular: the bases of each contig that is said to be circular.
    """

    label: str
    contigs: dict[str, int] = field(default_factory=dict)
    declared: dict[str, int] = field(default_factory=dict)
    circular: dict[str, int] = field(default_factory=dict)
    _models: GeneModels = field(default_factory=GeneModels)
    _dialect: Dialect | None = None  # known from the first record with attributes
    _part_count: int = 0
    _node_count: int = 0
    _letters: int = 0
    _numbers: dict[bytes, int] = field(
        default_factory=dict
    )  # of contigs, by the name as it stands in the file
    _features: dict[bytes, Feature] = field(default_factory=dict)  # of parts, by their type, as they come

    def read(self, stream: BinaryIO) -> None:
        """Read a file, plain or compressed.

        Raises:
            InputError: it is neither GFF3 nor GTF; the message names the line.
        """
        number = 0
        with plain(stream, self.label) as content:
            for lines in read_lines(content, self.label, MAX_LINE):
                if self._lines(lines, number):
                    return
                number += len(lines)

    def genes(self) -> Iterator[Gene]:
        """Yield each gene once, in the order of the file; those that no record of a gene stands for follow."""
        return self._models.genes({self.contigs[name]: bases for name, bases in self.circular.items()})

    def _lines(self, lines: list[bytes], before: int) -> bool:
        """Read lines, before which there were others; return whether the rest of the file is sequence.

        Most lines are parts that belong to the same transcript as the line before. They are read here, and not by a function
        of their own, because a human genome has millions; all other lines are read by _line().
        """
        group, name = b"", b""  # as they stand in the line before
        arrays: list[array[int]] = []
        contig = 0
        is_short = before + len(lines) <= MAX_LINES
        features, dialect = self._features, self._dialect
        for number, line in enumerate(lines, before + 1):
            columns = line.split(b"\t")
            feature = features.get(columns[2]) if len(columns) == _COLUMNS and is_short else None
            if feature is None or dialect is None or line[0] in _NO_RECORD or len(line) > MAX_LINE:
                if line.startswith((b"##FASTA", b">")):
                    return True
                self._line(line, number)
                group, dialect = b"", self._dialect
                continue
            attributes = columns[8]
            if not group or group not in attributes or columns[0] != name:
                group, name = dialect.group(attributes), columns[0]
                contig = self._contig(name)
                arrays = self._arrays(contig, columns, number)
            try:
                start, end = int(columns[3]) - 1, int(columns[4])
            except ValueError:
                start, end = self._bounds(columns, number)
            if not 0 <= start < end <= _MAX_POSITION:
                self._bounds(columns, number)
            kind = feature | STRANDS.get(columns[6], 0)
            if (b"part=" in attributes or b"exception=" in attributes) and _is_apart(attributes):
                kind |= APART
            row = start, end, kind
            for numbers in arrays:
                numbers.extend(row)
            self._part_count += len(arrays)
            if self._part_count > MAX_PARTS:
                raise self._too_many(number)
        return False

    def _line(self, line: bytes, number: int) -> None:
        if len(line) > MAX_LINE:
            raise self._wrong(number, f"has more than {MAX_LINE:,} bytes")
        if number > MAX_LINES or len(self.contigs) > MAX_CONTIGS:
            raise InputError(
                f"{self.label}: has more than {MAX_LINES:,} lines or {MAX_CONTIGS:,} contigs; give only the genes"
            )
        if line.startswith(b"#"):
            if line.startswith(b"##sequence-region"):
                self._region(line.split())
        elif line and not line.isspace():
            self._record(line, number)

    def _region(self, words: list[bytes]) -> None:
        if len(words) > 1:
            self._contig(words[1])
            if len(words) > _LAST_BASE and words[_LAST_BASE].isdigit():
                self.declared[text(words[1])] = int(words[_LAST_BASE][:_MAX_DIGITS])

    def _record(self, line: bytes, number: int) -> None:
        columns = line.split(b"\t")
        if len(columns) != _COLUMNS:
            raise self._wrong(number, f"has {len(columns)} columns, not {_COLUMNS} with tabs between")
        contig, kind, attributes = self._contig(columns[0]), columns[2], columns[8]
        if kind in _PASSED_OVER:
            if _CIRCULAR in attributes:
                self.circular[text(columns[0])] = self._bounds(columns, number)[1]
            return
        start, end = self._bounds(columns, number)
        dialect = self._dialect or self._found_dialect(attributes, number)
        if (feature := _feature(kind)) is not None:
            self._features[kind] = feature
            apart = APART if _is_apart(attributes) else 0
            for numbers in self._arrays(contig, columns, number):
                numbers.extend((start, end, feature | STRANDS.get(columns[6], 0) | apart))
                self._part_count += 1
        else:
            self._node(dialect, Span(contig, start, end, Feature.INTRON), kind, attributes, number)
        if self._node_count > MAX_RECORDS or self._part_count > MAX_PARTS:
            raise self._too_many(number)

    def _arrays(self, contig: int, columns: list[bytes], number: int) -> list[array[int]]:
        """Return where to add a part: for each parent, or else for what has its ID, or for itself."""
        dialect, kind, attributes = self._dialect or Gff3(), columns[2], columns[8]
        parents = dialect.parents(attributes, kind)
        own = [dialect.key(attributes, kind) or b"\tline %d" % number]
        return [
            self._array(Key(contig, parent), attributes, number, is_parent=bool(parents))
            for parent in parents or own
        ]

    def _array(self, key: Key, attributes: bytes, number: int, *, is_parent: bool) -> array[int]:
        models = self._models
        if (numbers := models.parts.get(key)) is None:
            numbers = models.parts[key] = array("I")
            if key not in models.nodes:
                dialect = self._dialect or Gff3()
                models.names[key] = names_of_part(
                    dialect.pairs(attributes), key.identifier if is_parent else b""
                )
                self._count(models.names[key].letters, number)
            self._count(len(key.identifier), number)
            if len(models.parts) > MAX_RECORDS:
                raise self._too_many(number)
        return numbers

    def _node(self, dialect: Dialect, span: Span, kind: bytes, attributes: bytes, number: int) -> None:
        is_gene, is_transcript = kind.endswith(b"gene"), kind.endswith((b"RNA", b"transcript"))
        key = dialect.key(attributes, kind)
        if not key and not is_gene and not is_transcript:
            return
        self._node_count += 1
        names, parents = None, dialect.parents(attributes, kind)
        if is_gene:
            names = names_of_gene(dialect.pairs(attributes))
        elif not self._is_in_gene(span.contig, parents):
            names = names_of_part(dialect.pairs(attributes))
        self._count(len(key) + sum(map(len, parents)) + (names.letters if names else 0), number)
        self._models.add_node(
            Key(span.contig, key or b"\tline %d" % number),
            Node(span.contig, names, parents, is_gene, is_transcript, [span]),
        )

    def _is_in_gene(self, contig: int, parents: list[bytes]) -> bool:
        nodes = (
            node for parent in parents for node in self._models.nodes.get(Key(contig, parent), {}).values()
        )
        return any(node.is_gene for node in nodes)

    def _count(self, letters: int, number: int) -> None:
        self._letters += letters
        if self._letters > MAX_LETTERS:
            raise self._wrong(number, f"is beyond {MAX_LETTERS:,} letters of names")

    def _found_dialect(self, attributes: bytes, number: int) -> Dialect:
        if attributes == _NO_ATTRIBUTES:
            return Gff3()
        if (found := dialect_of(attributes)) is None:
            raise self._wrong(number, f"has no tag=value in its last column ({text(attributes)[:30]!r})")
        self._dialect = found
        return found

    def _contig(self, name: bytes) -> int:
        if (number := self._numbers.get(name)) is None:
            number = self._numbers[name] = self.contigs.setdefault(text(name), len(self.contigs))
        return number

    def _bounds(self, columns: list[bytes], number: int) -> tuple[int, int]:
        try:
            start, end = int(columns[3]) - 1, int(columns[4])
        except ValueError:
            start, end = -1, 0
        if not 0 <= start < end <= _MAX_POSITION:
            raise self._wrong(number, f"goes from {text(columns[3])!r} to {text(columns[4])!r}")
        return start, end

    def _too_many(self, number: int) -> InputError:
        return InputError(
            f"{self.label}, line {number}: is beyond {MAX_RECORDS:,} genes and transcripts or {MAX_PARTS:,} exons, "
            "the most that are read; leave out what is no gene"
        )

    def _wrong(self, number: int, what: str) -> InputError:
        return InputError(
            f"{self.label}, line {number}: {what}; give GFF3 or GTF, as NCBI and Ensembl offer it"
        )


def _is_apart(attributes: bytes) -> bool:
    """Return whether a part is put together with others that are elsewhere, as in a gene that is spliced in trans."""
    return any(tag in attributes for tag in _APART)


def _feature(kind: bytes) -> Feature | None:
    """Return the feature of a part by its type; None if the type is not that of a part."""
    if kind in _CODING:
        return Feature.CDS
    return Feature.EXON if kind in _UTRS or kind.endswith(b"exon") else None
