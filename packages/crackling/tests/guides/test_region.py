"""Parse regions, find genes, reject what is neither, and compare the bases that are read with a slice."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling.annotation.annotation import Annotation, Position, read_gff, read_prepared
from crackling.errors import InputError, StorageError
from crackling.guides.region import MAX_LETTERS, Region, locate, parse_region, read_region
from crackling.sequences import fasta
from crackling.sequences.fasta import parse_query

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

GENES = """##gff-version 3
chr1\t.\tgene\t101\t200\t.\t-\t.\tID=gene-1;Name=thrA;gene=thrA;locus_tag=b0002
chr1\t.\tCDS\t101\t150\t.\t-\t0\tParent=gene-1;locus_tag=b0002
chr1\t.\tCDS\t171\t200\t.\t-\t0\tParent=gene-1;locus_tag=b0002
chr1\t.\tgene\t301\t320\t.\t+\t.\tID=gene-2;Name=dl
chr1\t.\tgene\t401\t420\t.\t+\t.\tID=gene-3;Name=Dl
chr1\t.\tgene\t501\t510\t.\t+\t.\tID=gene-4;Name=twin
chr2\t.\tgene\t501\t510\t.\t+\t.\tID=gene-5;Name=twin
chr2\t.\tgene\t11\t20\t.\t+\t.\tID=gene-6;Name=snoRNA:185;locus_tag=thrA
chr2\t.\tgene\t991\t1010\t.\t+\t.\tID=gene-7;Name=beyond
chr3\t.\tgene\t1\t10\t.\t+\t.\tID=gene-8;Name=elsewhere
chr1\t.\tgene\t601\t610\t.\t+\t.\tID=gene:ENSG01;Name=TP53;gene_id=ENSG01;version=2;gene_synonym=p53,LFS1;\
old_locus_tag=OLD1%2COLD2;Dbxref=GeneID:7157,HGNC:HGNC:11998,taxon:9606;Alias=BCC7
chr1\t.\tgene\t701\t710\t.\t+\t.\tID=gene-9;Name=X:1-5;gene_synonym=p53b
chr1\t.\tgene\t801\t810\t.\t+\t.\tID=gene-10;Name=HBB-B%20T;gene_synonym=p53b
"""
CONTIGS = {"chr1": 1000, "chr2": 1000, "HLA:01:02": 50, "HG1#1#h1:8609527-8785749": 30}


@pytest.fixture(params=["read", "prepared"], scope="module")
def annotation(request: pytest.FixtureRequest) -> Annotation:
    """Return the annotation: once as it was read, once as read back from its prepared form."""
    found = read_gff(io.BytesIO(GENES.encode()), "genes.gff")
    if request.param == "read":
        return found
    out = io.BytesIO()
    found.write(out)
    out.seek(0)
    return read_prepared(out)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("chr1:1-100", ("chr1", 0, 100)),
        ("  chr1:1,000-1,000 ", ("chr1", 999, 1000)),
        ("chr1:5..7", ("chr1", 4, 7)),
        ("chr1:5\N{EN DASH}7", ("chr1", 4, 7)),
        ("HLA:01:02:5-7", ("HLA:01:02", 4, 7)),
        ("chr1: 1-9", ("chr1", 0, 9)),
        ("chr1 : 1 - 9", ("chr1", 0, 9)),
        ("chr1:1\N{MINUS SIGN}9", ("chr1", 0, 9)),
        ("chr1:1\N{EM DASH}9", ("chr1", 0, 9)),
        ("chr1:1\N{NON-BREAKING HYPHEN}9", ("chr1", 0, 9)),
        ("chr1\t1\t9", ("chr1", 0, 9)),
        ("chr1:\t1-9", ("chr1", 0, 9)),
    ],
)
def test_coordinates_are_as_people_write_them(text: str, position: tuple[str, int, int]) -> None:
    assert parse_region(text) == Position(*position)


@pytest.mark.parametrize("text", ["thrA", "snoRNA:185", "HLA-A", "chr1:", "chr1"])
def test_all_else_is_a_name(text: str) -> None:
    assert parse_region(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        (" ", "is empty"),
        ("a\nb", "is no name"),
        ("a" * (MAX_LETTERS + 1), "is no name"),
        ("chr1:0-5", "counted from 1"),
        ("chr1:6-5", "counted from 1"),
    ],
)
def test_what_is_neither_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse_region(text)


@pytest.mark.parametrize(
    ("text", "name", "position"),
    [
        ("thrA", "thrA", ("chr1", 100, 200)),
        ("THRA", "thrA", ("chr1", 100, 200)),
        ("b0002", "thrA", ("chr1", 100, 200)),
        ("B0002", "thrA", ("chr1", 100, 200)),
        ("dl", "dl", ("chr1", 300, 320)),
        ("Dl", "Dl", ("chr1", 400, 420)),
        ("snorna:185", "snoRNA:185", ("chr2", 10, 20)),
        ("HLA:01:02:1-50", "HLA:01:02:1-50", ("HLA:01:02", 0, 50)),
        ("chr1:1,000..1,000", "chr1:1000-1000", ("chr1", 999, 1000)),
        *[
            (name, "TP53", ("chr1", 600, 610))
            for name in ("p53", "lfs1", "OLD1", "OLD2", "GeneID:7157", "7157", "HGNC:11998", "BCC7")
        ],
        ("ENSG01", "TP53", ("chr1", 600, 610)),
        ("ENSG01.2", "TP53", ("chr1", 600, 610)),
        ("X:1-5", "X:1-5", ("chr1", 700, 710)),
        ("HBB-B T", "HBB-B T", ("chr1", 800, 810)),
        ("chr2", "chr2", ("chr2", 0, 1000)),
        ("HG1#1#h1:8609527-8785749", "HG1#1#h1:8609527-8785749", ("HG1#1#h1:8609527-8785749", 0, 30)),
    ],
)
def test_a_region_is_located(
    annotation: Annotation, text: str, name: str, position: tuple[str, int, int]
) -> None:
    assert locate(text, CONTIGS, annotation) == Region(name, Position(*position))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("chr9:1-5", r"^chr9:1-5: the genome has no contig chr9; it has chr1, chr2, HLA:01:02, HG1"),
        ("chr1:990-1,001", r"^chr1:990-1001: the contig has 1,000 bases; end there or before$"),
        ("beyond", r"^chr2:991-1010: the contig has 1,000 bases"),
        ("elsewhere", r"^chr3:1-10: the genome has no contig chr3"),
        ("thrB", r"^thrB: the genome has no such gene; its annotation has thrA; a region is written"),
        ("zzzz", r"^zzzz: the genome has no such gene; its annotation has none of a similar name; a region"),
        (
            "DL",
            r"^DL: is the name of several genes: Dl at chr1:401-420, dl at chr1:301-320; spell one exactly",
        ),
        ("twin", r"twin at chr1:501-510, twin at chr2:501-510"),
        ("p53b", r"^p53b: is the name of several genes: HBB-B T at chr1:801-810, X:1-5 at chr1:701-710;"),
        ("9606", r"^9606: the genome has no such gene"),
        ("chr1:500", r"^chr1:500: tells no first and last base of chr1; give CONTIG:START-END$"),
        ("chr1:1-", r"^chr1:1-: tells no first and last base of chr1"),
    ],
)
def test_what_is_not_in_the_genome_is_refused_with_the_remedy(
    annotation: Annotation, text: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        locate(text, CONTIGS, annotation)


def test_only_a_few_contigs_are_named() -> None:
    with pytest.raises(InputError, match=r"it has c0, c1, c2, c3, c4 and 1,995 more$"):
        locate("x:1-2", {f"c{number}": 5 for number in range(2000)}, None)


def test_a_gene_needs_an_annotation_that_knows_its_place(annotation: Annotation) -> None:
    with pytest.raises(InputError, match="no annotation to find a gene in; give CONTIG:START-END"):
        locate("thrA", CONTIGS, None)
    before = Annotation(annotation.genes, annotation.feature_sets, annotation.tracks)
    with pytest.raises(InputError, match="did not store the positions of genes; give CONTIG:START-END"):
        locate("thrA", CONTIGS, before)
    assert locate("chr1:1-5", CONTIGS, before).name == "chr1:1-5"


def test_the_query_tells_its_name_and_place() -> None:
    region = Region("orf 12", Position("chr1", 4, 9))
    assert region.fasta("ACGTA") == ">orf_12 chr1:5-9\nACGTA\n"
    assert parse_query(region.fasta("ACGTA")) == [region.contig("ACGTA")]


# Odd lines, lower case, U, letters other than bases, several contigs, one of them empty.
LINES = st.lists(st.text("ACGTUNacgtunRy ", max_size=30), max_size=12)


@given(
    st.tuples(LINES, LINES, LINES),
    st.data(),
    st.sampled_from([bytes, gzip.compress]),
    st.sampled_from([7, 64, 1 << 20]),
)
def test_bases_are_a_slice(
    tmp_path_factory: pytest.TempPathFactory,
    contigs: tuple[list[str], ...],
    data: st.DataObject,
    pack: Callable[[bytes], bytes],
    block: int,
) -> None:
    path = tmp_path_factory.mktemp("fasta") / "genome.fa"
    records = (f">c{number} s\n" + "\n".join(lines) + "\n" for number, lines in enumerate(contigs))
    path.write_bytes(pack("".join(records).encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fasta, "_BLOCK", block)
        for number, lines in enumerate(contigs):
            plain = "".join(lines).replace(" ", "").upper().replace("U", "T")
            if plain:
                start = data.draw(st.integers(0, len(plain) - 1))
                end = data.draw(st.integers(start + 1, len(plain)))
                assert read_region(path, Position(f"c{number}", start, end)) == plain[start:end]
            with pytest.raises(InputError, match=f"has no c{number}:1-{len(plain) + 1}"):
                read_region(path, Position(f"c{number}", 0, len(plain) + 1))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no such file"):
        read_region(tmp_path / "none.fa", Position("a", 0, 1))
