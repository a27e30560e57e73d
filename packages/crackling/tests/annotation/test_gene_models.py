"""Tell which records are one gene, as the programs that write annotations mean it; each case gave a wrong gene before."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from crackling.annotation import Locus
from crackling.annotation.annotation import Annotation, Position, read_gff
from crackling.annotation.gene_lookup import find_gene
from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping


def read(text: str, contigs: Mapping[str, int] | None = None) -> Annotation:
    """Read records of which only the columns that matter are written, with spaces between."""
    lines = []
    for line in text.strip().splitlines():
        if line.startswith("#"):
            lines.append(line)
            continue
        contig, kind, start, end, strand, attributes = line.split(maxsplit=5)
        lines.append(f"{contig}\tx\t{kind}\t{start}\t{end}\t.\t{strand}\t.\t{attributes}")
    return read_gff(io.BytesIO("\n".join(lines).encode()), "genes.gff", contigs)


def at(annotation: Annotation, contig: str, first: int, last: int | None = None) -> Locus:
    """Return the locus of bases, counted from 1."""
    return annotation.at(Position(contig, first - 1, last or first))


def locations(annotation: Annotation, name: str) -> list[tuple[str, int, int]]:
    """Return the locations of the genes of a name, counted from 1."""
    assert annotation.extents is not None
    contigs = list(annotation.tracks)
    return [
        (contigs[contig], start + 1, end)
        for gene, contig, start, end in zip(*annotation.extents, strict=True)
        if annotation.genes[gene] == name
    ]


INTERGENIC = Locus(None, "intergenic")

TRANS_SPLICED = """
cp1 region 1    3000 + ID=cp1:1..3000;Is_circular=true
cp1 gene   101  214  - ID=gene-t12;Name=rps12;exception=trans-splicing;locus_tag=TS_01;part=1
cp1 gene   2401 2700 + ID=gene-t12;Name=rps12;exception=trans-splicing;locus_tag=TS_01;part=2
cp1 CDS    101  214  - ID=cds-t12;Parent=gene-t12;gene=rps12
cp1 CDS    2401 2500 + ID=cds-t12;Parent=gene-t12;gene=rps12
cp1 CDS    2601 2700 + ID=cds-t12;Parent=gene-t12;gene=rps12
cp1 gene   1001 1500 + ID=gene-x;Name=psbX
cp1 CDS    1001 1500 + ID=cds-x;Parent=gene-x
"""


def test_a_gene_spliced_in_trans_is_its_parts() -> None:
    annotation = read(TRANS_SPLICED)
    assert at(annotation, "cp1", 119, 141) == at(annotation, "cp1", 2435, 2457) == Locus("rps12", "CDS")
    assert at(annotation, "cp1", 306, 328) == at(annotation, "cp1", 1613, 1635) == INTERGENIC
    assert at(annotation, "cp1", 1106, 1128) == Locus("psbX", "CDS")
    assert at(annotation, "cp1", 2517, 2539) == Locus("rps12", "intron")
    with pytest.raises(
        InputError, match=r"^rps12: is one gene in 2 locations: cp1:101-214, cp1:2401-2700; give"
    ):
        find_gene(annotation, "rps12")


def test_a_gene_spliced_in_trans_needs_no_record() -> None:
    """Its strands or its exception tell that nothing leads from one part to the next."""
    by_strand = """
    c CDS 101 200 - ID=cds-1;gene=nad1
    c CDS 901 990 + ID=cds-1;gene=nad1
    c CDS 991 999 + ID=cds-1;gene=nad1
    """
    by_exception = by_strand.replace(" - ", " + ").replace("gene=", "exception=trans-splicing;gene=")
    for text in (by_strand, by_exception):
        annotation = read(text)
        assert at(annotation, "c", 150) == at(annotation, "c", 995) == Locus("nad1", "CDS")
        assert at(annotation, "c", 500) == INTERGENIC


def test_the_exons_of_a_gene_without_a_record_have_introns_between() -> None:
    annotation = read("c CDS 101 200 + ID=cds-1;gene=act1\nc CDS 401 500 + ID=cds-1;gene=act1")
    assert at(annotation, "c", 300) == Locus("act1", "intron")
    assert locations(annotation, "act1") == [("c", 101, 500)]


TWO_CONTIGS = """
chrom   gene 101  400  + ID=gene0;Name=thrA;locus_tag=C_001
chrom   CDS  101  400  + ID=cds0;Parent=gene0
chrom   gene 601  900  + ID=gene1;Name=thrB;locus_tag=C_002
chrom   CDS  601  900  + ID=cds1;Parent=gene1
plasmid gene 201  500  + ID=gene0;Name=repA;locus_tag=P_001
plasmid CDS  201  500  + ID=cds0;Parent=gene0
plasmid gene 1001 1300 + ID=gene1;Name=traI;locus_tag=P_002
plasmid CDS  1001 1300 + ID=cds1;Parent=gene1
"""


def test_identifiers_may_begin_again_on_another_contig() -> None:
    annotation = read(TWO_CONTIGS)
    assert at(annotation, "chrom", 106, 128) == Locus("thrA", "CDS")
    assert at(annotation, "chrom", 610, 632) == Locus("thrB", "CDS")
    assert at(annotation, "plasmid", 212, 234) == Locus("repA", "CDS")
    assert at(annotation, "plasmid", 1005, 1027) == Locus("traI", "CDS")
    assert find_gene(annotation, "repA").position == Position("plasmid", 200, 500)
    assert find_gene(annotation, "P_002").name == "traI"


def test_identifiers_may_begin_again_on_one_contig() -> None:
    """Two genes share an identifier if they have different names; their locations tell which parts they have."""
    annotation = read("""
    c gene 101  400  + ID=gene0;Name=thrA
    c mRNA 101  400  + ID=rna0;Parent=gene0
    c CDS  101  300  + ID=cds0;Parent=rna0
    c gene 2201 2500 + ID=gene0;Name=repA
    c mRNA 2201 2500 + ID=rna0;Parent=gene0
    c CDS  2301 2500 + ID=cds0;Parent=rna0
    """)
    assert at(annotation, "c", 200) == Locus("thrA", "CDS")
    assert at(annotation, "c", 350) == Locus("thrA", "intron")
    assert at(annotation, "c", 1000) == INTERGENIC
    assert at(annotation, "c", 2400) == Locus("repA", "CDS")
    assert find_gene(annotation, "repA").position == Position("c", 2200, 2500)


def test_a_part_on_another_contig_than_its_gene_belongs_to_it() -> None:
    annotation = read("a gene 1 9 + ID=g;Name=nad5\na CDS 1 9 + Parent=g\nb CDS 5 8 + Parent=g")
    assert at(annotation, "b", 6) == Locus("nad5", "CDS")


BAKTA = """
c region 1    3000 + ID=c;Name=c;Is_circular=true
c CDS    101  400  + ID=A_05;Name=hypothetical protein;locus_tag=A_05;product=hypothetical protein
c CDS    901  1200 + ID=A_10;Name=DNA gyrase subunit A;locus_tag=A_10;product=DNA gyrase subunit A;gene=gyrA
c CDS    1301 1400 + ID=A_11;Name=IS1 protein InsA;locus_tag=A_11;product=IS1 protein InsA;gene=insA
c CDS    1601 1700 + ID=A_12;Name=IS1 protein InsA;locus_tag=A_12;product=IS1 protein InsA;gene=insA
c CDS    2501 2800 - ID=A_15;Name=hypothetical protein;locus_tag=A_15;product=hypothetical protein
"""


def test_a_cds_without_a_gene_record_is_a_gene_by_its_gene_or_locus_tag() -> None:
    annotation = read(BAKTA)
    assert at(annotation, "c", 107, 129) == Locus("A_05", "CDS")
    assert at(annotation, "c", 454, 476) == at(annotation, "c", 1500) == INTERGENIC
    assert at(annotation, "c", 911, 933) == Locus("gyrA", "CDS")
    assert at(annotation, "c", 2505, 2527) == Locus("A_15", "CDS")
    assert find_gene(annotation, "A_12").position == Position("c", 1600, 1700)
    with pytest.raises(InputError, match=r"several genes: insA at c:1301-1400, insA at c:1601-1700; spell"):
        find_gene(annotation, "insA")


def test_rnas_without_a_gene_record_are_genes() -> None:
    annotation = read("""
    c CDS  101  400  + ID=LLL_1;Name=dnaA;gene=dnaA;locus_tag=LLL_1;product=x
    c rRNA 901  1200 + ID=LLL_2;locus_tag=LLL_2;product=16S ribosomal RNA
    c tRNA 1501 1576 . ID=LLL_3;locus_tag=LLL_3;product=tRNA-Ala(tgc)
    c mRNA 2001 2100 + ID=t1;Parent=g1
    c gene 2001 2100 + ID=g1;Name=coded
    """)
    assert at(annotation, "c", 110) == Locus("dnaA", "CDS")
    assert at(annotation, "c", 950) == Locus("LLL_2", "exon")
    assert at(annotation, "c", 1516, 1538) == Locus("LLL_3", "exon")
    assert at(annotation, "c", 2050) == Locus("coded", "exon")
    assert sorted(annotation.genes) == ["LLL_2", "LLL_3", "coded", "dnaA"]


def test_every_parent_counts() -> None:
    annotation = read("""
    c gene 1   100 + ID=g1;Name=A
    c mRNA 1   100 + ID=t1;Parent=g1
    c gene 51  200 + ID=g2;Name=B
    c mRNA 51  200 + ID=t2;Parent=g2
    c exon 51  60  + Parent=t1,t2
    c mRNA 10  20  + ID=t3;Parent=g1, g2
    c CDS  55  58  + Parent=t2,t3
    """)
    assert at(annotation, "c", 52) == Locus("A; B", "exon")
    assert at(annotation, "c", 56) == Locus("A; B", "CDS")
    assert at(annotation, "c", 30) == Locus("A", "intron")


def test_what_nothing_names_is_not_named() -> None:
    annotation = read("chr1 CDS 1 9 + colour=red\nchr1 CDS 31 39 + colour=red\nchr1 exon 51 59 + .")
    assert at(annotation, "chr1", 5) == at(annotation, "chr1", 35) == Locus(None, "CDS")
    assert at(annotation, "chr1", 20) == INTERGENIC
    assert at(annotation, "chr1", 55) == Locus(None, "exon")


def test_what_genes_lie_on_is_no_gene() -> None:
    annotation = read("""
    c chromosome 1   900 + ID=chr;Name=chromosome 1
    c CDS        11  20  + ID=cds1;Parent=chr;gene=thrA
    c CDS        31  40  + ID=cds2;Parent=chr;gene=thrA
    c mRNA       101 200 + ID=t1;Parent=chr;Name=tx
    c exon       101 110 + Parent=t1
    """)
    assert at(annotation, "c", 150) == Locus("tx", "intron")
    assert at(annotation, "c", 500) == INTERGENIC


def test_copies_without_identifiers_are_several_genes() -> None:
    annotation = read("c gene 1 9 + Name=IS1\nc gene 101 109 + Name=IS1")
    assert at(annotation, "c", 50) == INTERGENIC
    with pytest.raises(InputError, match="several genes: IS1 at c:1-9, IS1 at c:101-109"):
        find_gene(annotation, "IS1")


def test_parts_without_a_parent_belong_to_the_gene_that_they_name() -> None:
    annotation = read(
        "c gene 1 99 + locus_tag=b1;gene=thrL\nc CDS 11 20 + locus_tag=b1\nc tRNA 30 40 + locus_tag=b1"
    )
    assert annotation.genes == ["thrL"]
    assert [at(annotation, "c", base).feature for base in (15, 35, 50)] == ["CDS", "exon", "intron"]


def test_transcripts_of_a_gene_without_a_record_are_one_gene() -> None:
    annotation = read("""
    c mRNA 1   100 + ID=t1;gene=A
    c exon 1   10  + Parent=t1
    c mRNA 51  200 + ID=t2;gene=A
    c CDS  51  60  + Parent=t2
    c mRNA 501 600 + ID=t3;gene=A
    """)
    assert locations(annotation, "A") == [("c", 1, 200), ("c", 501, 600)]
    assert len(annotation.genes) == 2
    assert [at(annotation, "c", base).feature for base in (5, 55, 70, 550)] == [
        "exon",
        "CDS",
        "intron",
        "exon",
    ]


@pytest.mark.parametrize(
    "gene",
    [
        "pA gene 1801 2300 + ID=gene-ori;Name=oriG\npA CDS 1801 2300 + ID=cds-ori;Parent=gene-ori",
        """pA gene 1801 2000 + ID=gene-ori;Name=oriG;part=1
        pA gene 1    300  + ID=gene-ori;Name=oriG;part=2
        pA CDS  1801 2000 + ID=cds-ori;Parent=gene-ori
        pA CDS  1    300  + ID=cds-ori;Parent=gene-ori""",
        "pA CDS 1801 2000 + ID=cds-ori;gene=oriG\npA CDS 1 300 + ID=cds-ori;gene=oriG",
        "pA CDS 1801 2300 + ID=cds-ori;gene=oriG",
    ],
)
def test_a_gene_over_the_origin_of_a_circle(gene: str) -> None:
    region = "pA region 1 2000 + ID=pA:1..2000;Is_circular=true\n"
    annotation = read(region + gene, {"pA": 2000})
    assert at(annotation, "pA", 13, 35) == at(annotation, "pA", 1802, 1824) == Locus("oriG", "CDS")
    assert at(annotation, "pA", 406, 428) == at(annotation, "pA", 1306) == INTERGENIC
    assert locations(annotation, "oriG") == [("pA", 1, 300), ("pA", 1801, 2000)]
