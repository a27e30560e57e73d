"""Compare look-ups with a search base by base, before and after the prepared form."""

from __future__ import annotations

import io
import json
from array import array
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from crackling.annotation import UNKNOWN, Feature, Locus
from crackling.annotation.annotation import Annotation, Position, is_current, read_annotation, read_prepared
from crackling.annotation.gene_lookup import find_gene
from crackling.annotation.gene_models import Gene, Span
from crackling.annotation.segments import segments
from crackling.specificity import OffTarget, Specificity
from crackling.specificity.loci import MAX_MATCHES, annotate, guides_to_locate, locus_of

if TYPE_CHECKING:
    from pathlib import Path

BASES = 40
CONTIGS = ("a", "b")


@st.composite
def a_gene(draw: st.DrawFn) -> Gene:
    """Draw a gene: in one location or several, and parts that may reach beyond them, as in real files."""

    def spans(features: list[Feature]) -> list[Span]:
        starts = [draw(st.integers(0, BASES - 1)) for _ in features]
        return [
            Span(draw(st.integers(0, 1)), start, draw(st.integers(start + 1, BASES)), feature)
            for start, feature in zip(starts, features, strict=True)
        ]

    parts = draw(st.lists(st.sampled_from([Feature.CDS, Feature.EXON]), max_size=5))
    locations = [Feature.INTRON] * draw(st.integers(1, 3))
    return Gene(draw(st.sampled_from(["P", "Q", "R", "S", ""])), spans(locations), spans(parts))


def annotation(genes: list[Gene]) -> Annotation:
    names, feature_sets, tracks = segments(genes, len(CONTIGS))
    return Annotation(names, feature_sets, dict(zip(CONTIGS, tracks, strict=True)))


def plainly(genes: list[Gene], contig: int, start: int, end: int) -> Locus:
    """Look up base by base. A gene without parts is an exon wherever it lies; one without a name is not named."""
    found: dict[str, int] = {}
    for gene in genes:
        in_place = Feature.INTRON if gene.parts else Feature.EXON
        spans = [*(location._replace(feature=in_place) for location in gene.locations), *gene.parts]
        for span in spans:
            if span.contig == contig and span.start < end and start < span.end:
                found[gene.name] = min(span.feature, found.get(gene.name, Feature.INTRON))
    if not found:
        return Locus(None, "intergenic")
    names = sorted(filter(None, found), key=lambda name: (found[name], name))
    return Locus("; ".join(names) or None, Feature(min(found.values())).label)


@given(st.lists(a_gene(), max_size=6), st.integers(0, 1), st.integers(0, BASES + 5), st.integers(1, 23))
def test_a_look_up_says_what_every_base_says(genes: list[Gene], contig: int, start: int, length: int) -> None:
    found = annotation(genes).at(Position(CONTIGS[contig], start, start + length))
    assert found == plainly(genes, contig, start, start + length)


@given(st.lists(a_gene(), max_size=6))
def test_the_prepared_form_is_the_same_annotation(genes: list[Gene]) -> None:
    one, out = annotation(genes), io.BytesIO()
    one.write(out)
    out.seek(0)
    assert read_prepared(out) == one


def test_a_file_that_an_older_version_prepared_is_read(tmp_path: Path) -> None:
    """Its aliases are in the header, and its magic tells that its gene models are older."""
    header = {
        "genes": ["P"],
        "feature_sets": [2, 1],
        "contigs": [["a", 3]],
        "aliases": {"p1": [0]},
        "extents": 1,
    }
    packed = json.dumps(header).encode()
    numbers = array("I", (0, 1, 1, 0, 1, 9, 0, 1, 0, 0, 0, 1, 9))
    path = tmp_path / "genome.genes"
    path.write_bytes(b"CRKGENE1" + len(packed).to_bytes(8, "little") + packed + numbers.tobytes())
    read = read_annotation(path)
    assert read.at(Position("a", 2, 3)) == Locus("P", "exon")
    assert find_gene(read, "p1").position == Position("a", 1, 9)
    assert not is_current(path)
    with path.open("wb") as out:
        read.write(out)
    assert is_current(path)
    assert read_annotation(path) == read


def test_the_prepared_form_is_told_from_gff(tmp_path: Path) -> None:
    path = tmp_path / "genome.genes"
    with path.open("wb") as out:
        annotation([Gene("P", [Span(0, 1, 9, Feature.INTRON)])]).write(out)
    assert read_annotation(path).at(Position("a", 2, 3)) == Locus("P", "exon")


def a_place(start: int, contig: str = "a") -> OffTarget:
    return OffTarget("A" * 20, contig, start, start + 23, "+", "A" * 20, "AGG", 0, "." * 20, 100.0, 1.0)


GENES = [
    Gene("P", [Span(0, 0, 30, Feature.INTRON)]),
    Gene("Q", [Span(0, 100, 200, Feature.INTRON)], [Span(0, 100, 110, Feature.EXON)]),
]


def test_off_targets_get_their_gene() -> None:
    rows = annotate([a_place(0), a_place(150), a_place(500), a_place(0, "z")], annotation(GENES))
    assert [(row.gene, row.feature) for row in rows] == [
        ("P", "exon"),
        ("Q", "intron"),
        (None, "intergenic"),
        (None, None),
    ]


def test_a_guide_has_the_genes_of_all_its_perfect_matches() -> None:
    one = annotation(GENES)
    assert locus_of([a_place(150), a_place(0)], one) == Locus("P; Q", "exon")
    assert locus_of([a_place(500)], one) == Locus(None, "intergenic")
    assert locus_of([], one) == UNKNOWN


def test_guides_of_repeats_and_of_elsewhere_are_not_looked_up() -> None:
    scores = [
        Specificity(100.0, 99.0, (count, 0, 0, 0, 0)) for count in (1, 0, MAX_MATCHES, MAX_MATCHES + 1, 1)
    ]
    assert guides_to_locate(["one", "none", "most", "more", "one"], scores) == ["one", "most"]
