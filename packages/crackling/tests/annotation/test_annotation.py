"""Compare look-ups with a search base by base, before and after the prepared form."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from crackling.annotation import UNKNOWN, Feature, Locus
from crackling.annotation.annotation import Annotation, Position, read_annotation, read_prepared
from crackling.annotation.gff import Gene, Span
from crackling.annotation.segments import segments
from crackling.specificity import OffTarget, Specificity
from crackling.specificity.loci import MAX_MATCHES, annotate, guides_to_locate, locus_of

if TYPE_CHECKING:
    from pathlib import Path

BASES = 40
CONTIGS = ("a", "b")


@st.composite
def a_gene(draw: st.DrawFn) -> Gene:
    """Draw a gene: its whole, and parts that may reach beyond it, as in real files."""
    spans = [
        Span(draw(st.integers(0, 1)), start, draw(st.integers(start + 1, BASES)), feature)
        for feature in [
            Feature.INTRON,
            *draw(st.lists(st.sampled_from([Feature.CDS, Feature.EXON]), max_size=5)),
        ]
        for start in [draw(st.integers(0, BASES - 1))]
    ]
    return Gene(draw(st.sampled_from("PQRST")), spans)


def annotation(genes: list[Gene]) -> Annotation:
    names, feature_sets, tracks = segments(genes, len(CONTIGS))
    return Annotation(names, feature_sets, dict(zip(CONTIGS, tracks, strict=True)))


def plainly(genes: list[Gene], contig: int, start: int, end: int) -> Locus:
    """Look up base by base. On each contig a gene extends from its first span to its last."""
    found: dict[str, int] = {}
    for gene in genes:
        here = [span for span in gene.spans if span.contig == contig]
        for base in range(start, end):
            features = [span.feature for span in here if span.start <= base < span.end]
            if here and min(span.start for span in here) <= base < max(span.end for span in here):
                features.append(Feature.INTRON)
            if features:
                found[gene.name] = min(*features, found.get(gene.name, Feature.INTRON), Feature.INTRON)
    if not found:
        return Locus(None, "intergenic")
    names = sorted(found, key=lambda name: (found[name], name))
    return Locus("; ".join(names), Feature(min(found.values())).label)


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


def test_the_prepared_form_is_told_from_gff(tmp_path: Path) -> None:
    path = tmp_path / "genome.genes"
    with path.open("wb") as out:
        annotation([Gene("P", [Span(0, 1, 9, Feature.EXON)])]).write(out)
    assert read_annotation(path).at(Position("a", 2, 3)) == Locus("P", "exon")


def a_place(start: int, contig: str = "a") -> OffTarget:
    return OffTarget("A" * 20, contig, start, start + 23, "+", "A" * 20, "AGG", 0, "." * 20, 100.0, 1.0)


GENES = [Gene("P", [Span(0, 0, 30, Feature.EXON)]), Gene("Q", [Span(0, 100, 200, Feature.INTRON)])]


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
