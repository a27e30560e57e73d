"""Read several flavours of GFF3, and report errors by line."""

from __future__ import annotations

import codecs
import gzip
import io
import random
from typing import TYPE_CHECKING, Any

import pytest

from crackling.annotation import UNKNOWN, Locus
from crackling.annotation.annotation import Annotation, Position, read_annotation, read_gff
from crackling.errors import InputError, StorageError
from crackling.sequences import lines

if TYPE_CHECKING:
    from pathlib import Path

# As NCBI writes a eukaryote (two transcripts, a tRNA-like child, cDNA_match), Ensembl, and NCBI a prokaryote.
NCBI = """##gff-version 3
#!processor NCBI annotwriter
##sequence-region NC_1.1 1 10000
NC_1.1\tRefSeq\tregion\t1\t10000\t.\t+\t.\tID=NC_1.1:1..10000;Dbxref=taxon:9606
NC_1.1\tBestRefSeq\tgene\t1001\t2000\t.\t+\t.\tID=gene-ABC1;Dbxref=GeneID:1;Name=ABC1;gbkey=Gene;gene=ABC1
NC_1.1\tBestRefSeq\tmRNA\t1001\t2000\t.\t+\t.\tID=rna-1;Parent=gene-ABC1;Name=NM_1;gene=ABC1
NC_1.1\tBestRefSeq\texon\t1001\t1100\t.\t+\t.\tID=exon-1-1;Parent=rna-1;gene=ABC1
NC_1.1\tBestRefSeq\texon\t1901\t2000\t.\t+\t.\tID=exon-1-2;Parent=rna-1;gene=ABC1
NC_1.1\tBestRefSeq\tCDS\t1051\t1100\t.\t+\t0\tID=cds-1;Parent=rna-1;Name=NP_1;gene=ABC1
NC_1.1\tBestRefSeq\tCDS\t1901\t1950\t.\t+\t1\tID=cds-1;Parent=rna-1;Name=NP_1;gene=ABC1
NC_1.1\tRefSeq\tcDNA_match\t5000\t5500\t.\t+\t.\tID=aln0;Target=NM_1 1 500 +
NC_1.1\tGnomon\tpseudogene\t3001\t3100\t.\t-\t.\tID=gene-PS;Name=PS%2C1;gene_biotype=pseudogene
"""
ENSEMBL = """##gff-version 3
1\thavana\tncRNA_gene\t101\t300\t.\t-\t.\tID=gene:ENSG1;Name=LNC;gene_id=ENSG1
1\thavana\tlnc_RNA\t101\t300\t.\t-\t.\tID=transcript:ENST1;Parent=gene:ENSG1
1\thavana\texon\t101\t150\t.\t-\t.\tParent=transcript:ENST1;Name=ENSE1
1\thavana\tfive_prime_UTR\t151\t160\t.\t-\t.\tParent=transcript:ENST1
###
"""
PROKARYOTE = """##gff-version 3
NC_2.1\tRefSeq\tgene\t191\t255\t.\t+\t.\tID=gene-b0001;Name=thrL;gbkey=Gene;locus_tag=b0001
NC_2.1\tRefSeq\tCDS\t191\t255\t.\t+\t0\tID=cds-NP_1;Parent=gene-b0001;Name=NP_1;gene=thrL
NC_2.1\tRefSeq\tCDS\t300\t330\t.\t+\t0\tID=cds-NP_2;gene=solo
"""


def read(text: str, **more: Any) -> Annotation:
    return read_gff(io.BytesIO(text.encode()), "genes.gff", **more)


def at(annotation: Annotation, start: int, contig: str = "NC_1.1") -> Locus:
    """Return the locus of a base, counted from 1."""
    return annotation.at(Position(contig, start - 1, start))


@pytest.mark.parametrize(
    ("base", "gene", "feature"),
    [
        (1000, None, "intergenic"),
        (1001, "ABC1", "exon"),
        (1050, "ABC1", "exon"),
        (1051, "ABC1", "CDS"),
        (1100, "ABC1", "CDS"),
        (1101, "ABC1", "intron"),
        (1900, "ABC1", "intron"),
        (1950, "ABC1", "CDS"),
        (2000, "ABC1", "exon"),
        (2001, None, "intergenic"),
        (3050, "PS,1", "exon"),
        (5100, None, "intergenic"),
        (999_999, None, "intergenic"),
    ],
)
def test_a_eukaryote_of_ncbi(base: int, gene: str | None, feature: str) -> None:
    assert at(read(NCBI), base) == Locus(gene, feature)


def test_ensembl() -> None:
    annotation = read(ENSEMBL)
    assert at(annotation, 120, "1") == at(annotation, 155, "1") == Locus("LNC", "exon")
    assert at(annotation, 200, "1") == Locus("LNC", "intron")


def test_a_prokaryote_of_ncbi() -> None:
    annotation = read(PROKARYOTE)
    assert at(annotation, 200, "NC_2.1") == Locus("thrL", "CDS")
    assert at(annotation, 310, "NC_2.1") == Locus("solo", "CDS")


def test_a_contig_that_the_file_does_not_know_is_unknown() -> None:
    assert at(read(NCBI), 1, "chrUn") == UNKNOWN


def test_a_contig_without_genes_is_intergenic() -> None:
    assert at(read("##sequence-region NC_9.1 1 50\n" + NCBI), 1, "NC_9.1") == Locus(None, "intergenic")


def test_records_may_stand_in_any_order() -> None:
    head, *records = NCBI.splitlines(keepends=True)
    assert read(head + "".join(reversed(records))).at(Position("NC_1.1", 1900, 1923)) == Locus("ABC1", "CDS")


def test_parts_of_transcripts_may_alternate() -> None:
    """Most lines are read without a look at their parents, which are those of the line before."""
    transcripts = [
        f"c\t.\tgene\t{at}\t{at + 90}\t.\t+\t.\tID=g{at};Name=G{at}\n"
        f"c\t.\tmRNA\t{at}\t{at + 90}\t.\t+\t.\tID=t{at};Parent=g{at};n=1\n"
        for at in range(100, 1300, 100)
    ]
    parts = [
        f"{contig}\t.\t{kind}\t{at + first}\t{at + last}\t.\t+\t.\t{before}Parent=t{at};n=1\n"
        for at in range(100, 1300, 100)
        for kind, first, last in (("exon", 0, 30), ("CDS", 10, 30), ("exon", 50, 60), ("CDS", 50, 55))
        for contig, before in (("c", ""), ("c", f"ID={kind}-{at};"))
    ]
    expected = read("".join(transcripts + parts))
    assert at(expected, 1215, "c") == Locus("G1200", "CDS")
    for seed in range(20):
        mixed = random.Random(seed).sample(parts, len(parts))
        assert read("".join(transcripts + mixed)) == expected


def test_parents_that_are_missing_or_go_round_are_no_end() -> None:
    orphan = "c\t.\texon\t1\t9\t.\t+\t.\tParent=t1\nc\t.\tCDS\t3\t4\t.\t+\t.\tParent=t1\n"
    annotation = read(orphan)
    assert (at(annotation, 4, "c"), at(annotation, 9, "c")) == (Locus("t1", "CDS"), Locus("t1", "exon"))
    loop = "c\t.\tmRNA\t1\t9\t.\t+\t.\tID=a;Parent=b\nc\t.\tmRNA\t1\t9\t.\t+\t.\tID=b;Parent=a\n"
    assert at(read(loop + "c\t.\texon\t1\t9\t.\t+\t.\tParent=a\n"), 5, "c").feature == "exon"


def test_windows_line_ends_compression_and_sequence_at_the_end(tmp_path: Path) -> None:
    text = NCBI.replace("\n", "\r\n") + "##FASTA\r\n>NC_1.1\r\nACGT\r\n"
    path = tmp_path / "genes.gff.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert at(read_annotation(path), 1060) == Locus("ABC1", "CDS")


@pytest.mark.parametrize("block", [7, 64, 1 << 20])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_a_text_is_read_however_it_was_saved(
    monkeypatch: pytest.MonkeyPatch, mark: bytes, line_end: str, block: int
) -> None:
    monkeypatch.setattr(lines, "_BLOCK", block)
    saved = mark + NCBI.replace("\n", line_end).encode()
    assert read_gff(io.BytesIO(saved), "genes.gff") == read(NCBI)
    with pytest.raises(InputError, match=r"^genes.gff, line 13: has 1 columns"):
        read_gff(io.BytesIO(saved + f"nonsense{line_end}".encode()), "genes.gff")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_what_is_no_plain_text_is_refused_with_the_remedy(encoding: str) -> None:
    with pytest.raises(InputError, match=r"^genes.gff: it is not plain text; save it as UTF-8$"):
        read_gff(io.BytesIO(NCBI.encode(encoding)), "genes.gff")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("NC_1.1\tx\tgene\t1\t9", "line 3: has 5 columns"),
        ("NC_1.1 x gene 1 9 . + . ID=1", "line 3: has 1 columns"),
        ("NC_1.1\tx\tgene\tone\t9\t.\t+\t.\tID=1", "line 3: goes from 'one' to '9'"),
        ("NC_1.1\tx\tgene\t0\t9\t.\t+\t.\tID=1", "line 3: goes from '0'"),
        ("NC_1.1\tx\tgene\t10\t9\t.\t+\t.\tID=1", "line 3: goes from '10' to '9'"),
        ("NC_1.1\tx\tgene\t1\t99999999999\t.\t+\t.\tID=1", "line 3: goes from '1'"),
        ("1\tx\texon\t1\t9\t.\t+\t.\tgene1", "line 3: has no tag=value"),
    ],
)
def test_what_is_wrong_is_told_by_line(line: str, says: str) -> None:
    with pytest.raises(InputError, match=f"^genes.gff, {says}.*; give GFF3"):
        read(f"##gff-version 3\n\n{line}\n")


def test_a_file_of_another_genome_is_refused() -> None:
    with pytest.raises(InputError, match=r"names none of the genome's contigs \(it has 'NC_1.1'"):
        read(NCBI, contigs={"chr1": 20_000})
    assert read(NCBI, contigs={"chr1": 20_000, "NC_1.1": 10_000}).genes


@pytest.mark.parametrize("text", ["", "##gff-version 3\n", "c\t.\tregion\t1\t9\t.\t+\t.\tID=c\n"])
def test_a_file_without_genes_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="contains no genes"):
        read(text)


def test_damaged_and_missing_files(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gff.gz"
    cut.write_bytes(gzip.compress(NCBI.encode())[:-20])
    with pytest.raises(InputError, match="ends too early"):
        read_annotation(cut)
    with pytest.raises(StorageError, match="no such file"):
        read_annotation(tmp_path / "none.gff")


def test_a_gene_needs_no_id() -> None:
    assert at(read("c\t.\tgene\t1\t9\t.\t+\t.\tlocus_tag=b1\n"), 5, "c") == Locus("b1", "exon")


def test_no_name_has_control_letters() -> None:
    evil = "c\t.\tgene\t1\t9\t.\t+\t.\tID=g;Name=a%09b%0Ac\n"
    assert at(read(evil), 5, "c").gene == "a b c"
