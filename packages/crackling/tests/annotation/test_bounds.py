"""Annotations that are made to use up memory are refused."""

from __future__ import annotations

import gzip
import io
import tracemalloc

import pytest

from crackling.annotation import gff, segments
from crackling.annotation.annotation import read_gff
from crackling.errors import InputError


def gene(name: str, start: int, end: int, kind: str = "gene") -> str:
    return f"c\tx\t{kind}\t{start}\t{end}\t.\t+\t.\tID={name};Parent={name}\n"


def test_genes_over_each_other_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The members of all feature sets grow with the square of the genes: 0.4 MB took 0.8 GB."""
    monkeypatch.setattr(segments, "MAX_MEMBERS", 100_000)
    text = "".join(gene(f"g{n}", n + 1, n + 3_000) for n in range(3_000))
    tracemalloc.start()
    try:
        with pytest.raises(InputError, match="too many genes that overlap"):
            read_gff(io.BytesIO(gzip.compress(text.encode())), "here")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000


@pytest.mark.parametrize("kind", ["gene", "exon"])
def test_records_are_bounded(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(gff, "MAX_RECORDS", 100)
    text = "".join(gene(f"g{n}", 10 * n + 1, 10 * n + 5, kind) for n in range(101))
    with pytest.raises(InputError, match=r"^here, line 101: is beyond 100 genes"):
        read_gff(io.BytesIO(text.encode()), "here")
    assert len(read_gff(io.BytesIO(text.encode()[: text.rindex("c\t")]), "here").genes) == 100


def test_parts_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gff, "MAX_PARTS", 100)
    text = gene("g", 1, 9, "exon") * 101
    with pytest.raises(InputError, match=r"line 101: is beyond .* 100 exons"):
        read_gff(io.BytesIO(text.encode()), "here")


def test_a_line_is_bounded() -> None:
    with pytest.raises(InputError, match=r"^here, line 2: has more than 1,000,000 bytes"):
        read_gff(io.BytesIO(b"##gff-version 3\n" + b"c\t" * 600_000), "here")


def test_lines_and_contigs_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gff, "MAX_LINES", 100)
    monkeypatch.setattr(gff, "MAX_CONTIGS", 50)
    regions = "".join(f"##sequence-region c{n} 1 9\n" for n in range(60))
    for text in ("\n" * 101, "#\n" * 101, regions):
        with pytest.raises(InputError, match=r"^here: has more than 100 lines or 50 contigs"):
            read_gff(io.BytesIO(text.encode()), "here")
