"""Read GFF3 and GTF as NCBI, Ensembl, Prokka, Bakta and others write them: find the genes and the locations of their parts."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from crackling.annotation.attributes import Gff3, dialect_of, text
from crackling.annotation.gene_models import GeneModels, Key, Node, Span, part_kind
from crackling.annotation.locus import Feature
from crackling.annotation.names import names_of_gene, names_of_part
from crackling.errors import InputError
from crackling.sequences.compressed import plain
from crackling.sequences.lines import read_lines

if TYPE_CHECKING:
    from crackling.annotation.attributes import Dialect
    from crackling.annotation.gene_models import Gene
    from crackling.annotation.names import Names

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
    _features: dict[bytes, Feature | None] = field(default_factory=dict)  # of parts, by their type

    def read(self, stream: BinaryIO) -> None:
        """Read a file, plain or compressed.

        Raises:
            InputError: it is neither GFF3 nor GTF; the message names the line.
        """
        number = 0
        with plain(stream, self.label) as content:
            for lines in read_lines(content, self.label, MAX_LINE):
                for line in lines:
                    number += 1
                    if line.startswith((b"##FASTA", b">")):
                        return
                    self._line(line, number)

    def genes(self) -> list[Gene]:
        """Return each gene once, in the order of the file; genes without a record of their own follow."""
        circles = {self.contigs[name]: bases for name, bases in self.circular.items()}
        return list(self._models.genes(circles))

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
        try:
            feature = self._features[kind]
        except KeyError:
            feature = self._features[kind] = _feature(kind)
        parents = dialect.parents(attributes, kind)
        if feature is not None:
            strand = columns[6]
            apart = b"part=" in attributes or b"exception=" in attributes
            as_number = part_kind(feature, strand, apart=apart and any(tag in attributes for tag in _APART))
            for parent in parents or [self._own_key(dialect, attributes, number)]:
                self._part(dialect, Key(contig, parent), (start, end, as_number), attributes, parents)
            self._part_count += len(parents) or 1
        else:
            self._node(dialect, Span(contig, start, end, Feature.INTRON), kind, attributes, parents, number)
        if max(self._node_count, len(self._models.parts)) > MAX_RECORDS or self._part_count > MAX_PARTS:
            raise self._too_many(number)
        if self._letters > MAX_LETTERS:
            raise self._wrong(number, f"is beyond {MAX_LETTERS:,} letters of names")

    def _own_key(self, dialect: Dialect, attributes: bytes, number: int) -> bytes:
        """Return the key of a part without a parent: parts with the same ID belong together; a part without an ID is alone."""
        return dialect.key(attributes, b"") or b"\tline %d" % number

    def _part(
        self, dialect: Dialect, key: Key, row: tuple[int, int, int], attributes: bytes, parents: list[bytes]
    ) -> None:
        models = self._models
        if (numbers := models.parts.get(key)) is None:
            numbers = models.parts[key] = array("I")
            if key not in models.nodes:
                names = names_of_part(dialect, attributes, key.identifier if parents else b"")
                models.names[key] = self._counted(names)
        numbers.extend(row)

    def _node(
        self, dialect: Dialect, span: Span, kind: bytes, attributes: bytes, parents: list[bytes], number: int
    ) -> None:
        models = self._models
        is_gene = kind.endswith(b"gene")
        key = dialect.key(attributes, kind)
        is_transcript = kind.endswith((b"RNA", b"transcript"))
        if not key and not is_gene and not is_transcript:
            return
        self._node_count += 1
        names = None
        if is_gene:
            names = self._counted(names_of_gene(dialect, attributes))
        elif not self._is_in_gene(span.contig, parents):
            names = self._counted(names_of_part(dialect, attributes))
        self._letters += len(key) + sum(map(len, parents))
        models.add_node(
            Key(span.contig, key or b"\tline %d" % number),
            Node(span.contig, names, parents, is_gene, is_transcript, [span]),
        )

    def _is_in_gene(self, contig: int, parents: list[bytes]) -> bool:
        nodes = (
            node for parent in parents for node in self._models.nodes.get(Key(contig, parent), {}).values()
        )
        return any(node.is_gene for node in nodes)

    def _counted(self, names: Names) -> Names:
        self._letters += names.letters
        return names

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


def _feature(kind: bytes) -> Feature | None:
    """Return the feature of a part by its type; None if the type is not that of a part."""
    if kind in _CODING:
        return Feature.CDS
    return Feature.EXON if kind in _UTRS or kind.endswith(b"exon") else None
