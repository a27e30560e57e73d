"""Read GTF as Ensembl, NCBI, and programs that write exons only write it: the same genes as from GFF3."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from crackling.annotation import Locus
from crackling.annotation.annotation import Annotation, Position, read_gff
from crackling.annotation.gene_lookup import find_gene

if TYPE_CHECKING:
    from collections.abc import Iterable


def read(records: Iterable[tuple[str, int, int, str]], contig: str = "1") -> Annotation:
    lines = (f"{contig}\tx\t{kind}\t{start}\t{end}\t.\t+\t.\t{more}" for kind, start, end, more in records)
    return read_gff(io.BytesIO(("#!genome-build GRCh38\n" + "\n".join(lines)).encode()), "genes.gtf")


def features(annotation: Annotation, *bases: int) -> list[str | None]:
    return [annotation.at(Position("1", base - 1, base)).feature for base in bases]


GENE = 'gene_id "ENSG01"; gene_version "2"; gene_name "TP53"; gene_biotype "protein_coding";'
TRANSCRIPT = f'{GENE} transcript_id "ENST01"; transcript_name "TP53-201";'
ENSEMBL = [
    ("gene", 101, 500, GENE),
    ("transcript", 101, 500, TRANSCRIPT),
    ("exon", 101, 200, TRANSCRIPT + ' exon_number "1";'),
    ("CDS", 151, 200, TRANSCRIPT),
    ("start_codon", 151, 153, TRANSCRIPT),
    ("five_prime_utr", 101, 150, TRANSCRIPT),
    ("exon", 401, 500, TRANSCRIPT),
    ("CDS", 401, 450, TRANSCRIPT),
    ("stop_codon", 451, 453, TRANSCRIPT),
]


@pytest.mark.parametrize("left_out", [(), ("gene",), ("transcript",), ("gene", "transcript")])
def test_the_gene_is_the_same_whatever_records_there_are(left_out: tuple[str, ...]) -> None:
    annotation = read(record for record in ENSEMBL if record[0] not in left_out)
    assert annotation.genes == ["TP53"]
    assert annotation.at(Position("1", 160, 170)) == Locus("TP53", "CDS")
    expected = ["intergenic", "exon", "CDS", "intron", "CDS", "CDS", "exon", "intergenic"]
    assert features(annotation, 100, 120, 200, 300, 401, 452, 500, 501) == expected
    assert find_gene(annotation, "ENSG01").position == Position("1", 100, 500)


def test_ncbi_names_synonyms_and_references() -> None:
    more = 'gene_id "thrL"; transcript_id ""; db_xref "GeneID:944742"; gene "thrL"; gene_synonym "ECK0001"; '
    more += 'gene_synonym "JW4367"; locus_tag "b0001"; note "a; b";'
    annotation = read(
        [("gene", 190, 255, more), ("CDS", 190, 252, 'gene_id "thrL"; transcript_id "unassigned_1";')]
    )
    for name in ("thrL", "ECK0001", "JW4367", "b0001", "GeneID:944742", "944742"):
        assert find_gene(annotation, name).position == Position("1", 189, 255)
    assert features(annotation, 200) == ["CDS"]


def test_a_gene_and_its_transcript_may_have_one_identifier() -> None:
    own = 'gene_id "YAL1"; transcript_id "YAL1";'
    annotation = read([("gene", 1, 90, 'gene_id "YAL1";'), ("transcript", 1, 90, own), ("exon", 1, 30, own)])
    assert annotation.genes == ["YAL1"]
    assert features(annotation, 10, 50) == ["exon", "intron"]


def test_copies_of_a_gene_are_several() -> None:
    """Transcripts of one gene that overlap are one; those elsewhere are another copy of it."""
    rows = [("a", 1, 50), ("b", 40, 90), ("c", 500, 600)]
    annotation = read(
        ("exon", start, end, f'gene_id "MIR1"; transcript_id "{name}";') for name, start, end in rows
    )
    assert annotation.genes == ["MIR1", "MIR1"]
    assert features(annotation, 45, 70, 300, 550) == ["exon", "exon", "intergenic", "exon"]


def test_values_without_quotes_are_read() -> None:
    annotation = read([("exon", 1, 9, "gene_id 12; transcript_id 12.1")])
    assert annotation.genes == ["12"]
