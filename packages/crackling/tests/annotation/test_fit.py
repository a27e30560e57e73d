"""An annotation of another assembly is refused, or how much of it fits is told; no gene lies beyond the end of a contig."""

from __future__ import annotations

import io
import logging

import pytest

from crackling.annotation.annotation import Position, read_gff
from crackling.errors import InputError

CONTIGS = {"chr1": 1500, "chr2": 800, "KI1.1": 300}
INSIDE = "chr1\tx\tgene\t301\t700\t.\t+\t.\tID=g1;Name=inA\n"
BEYOND = "chr1\tx\tgene\t5001\t5600\t.\t+\t.\tID=g2;Name=beyond\n"
ELSEWHERE = (
    "1\tx\tgene\t301\t700\t.\t+\t.\tID=g1;Name=inA\nKI1.1\tx\tgene\t101\t200\t.\t+\t.\tID=g2;Name=small\n"
)


def read(text: str) -> object:
    return read_gff(io.BytesIO(text.encode()), "genes.gff", CONTIGS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            INSIDE + BEYOND,
            r"it has beyond at chr1:5,001-5,600, but that contig has 1,500 bases; give the one of",
        ),
        (INSIDE.replace("700", "1501"), r"it has inA at chr1:301-1,501, but that contig has 1,500 bases"),
        (
            "##sequence-region chr1 1 9000\n" + INSIDE,
            r"it says that chr1 has 9,000 bases, but that contig has",
        ),
        (BEYOND.replace("chr1", "1"), r"names none of the genome's contigs \(it has '1', for example\)"),
        (
            "chr1\tx\tregion\t1\t1500\t.\t+\t.\tIs_circular=true\n" + INSIDE.replace("700", "9000"),
            r"it has inA at chr1:301-9,000, but that contig has 1,500 bases",
        ),
    ],
)
def test_an_annotation_of_another_assembly_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=rf"^genes\.gff: .*{says}"):
        read(text)


def test_how_much_fits_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "crackling"):
        annotation = read_gff(io.BytesIO(ELSEWHERE.encode()), "genes.gff", CONTIGS)
    assert annotation.at(Position("KI1.1", 110, 120)).gene == "small"
    assert annotation.at(Position("chr1", 400, 401)).feature is None
    (told,) = caplog.messages
    assert told.startswith(
        "genes.gff: fits the genome in part: 1 of its 2 genes are on contigs of other names ('1'"
    )


def test_an_annotation_that_fits_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "crackling"):
        read("##sequence-region chr1 1 700\n" + INSIDE)  # as programs write it that know only the features
    assert caplog.messages == []
