"""Each format, read back by its own rules."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from crackling.annotation import Locus
from crackling.efficiency import Efficiency
from crackling.results import COLUMNS, FORMATS, Design, make_target, write
from crackling.sequences.fasta import Contig
from crackling.specificity import Specificity
from support.sites import make_site

if TYPE_CHECKING:
    from crackling.results.formats import Format
    from crackling.results.target import Target

NOTHING = Efficiency(False, False, False, -0.25, None, None)
FEW = Specificity(50.5, 80.0, (1, 0, 0, 0, 0))


def targets(contig: str = "chr1") -> list[Target]:
    folded = Efficiency(True, True, False, -0.5, "(" * 100, -20.1)
    return [
        make_target(
            1,
            make_site(contig=contig, start=10),
            folded,
            Specificity(90.0, 80.0, (1, 0, 0, 2, 3)),
            repeated_in_query=False,
        ),
        make_target(
            2,
            make_site(contig=contig, start=12),
            NOTHING,
            Specificity(50.5, 80.0, (0, 0, 0, 0, 0)),
            repeated_in_query=True,
        ),
    ]


def written(name: Format, rows: list[Target] | None = None) -> str:
    stream = io.BytesIO()
    write(Design("phage", targets() if rows is None else rows, [Contig("chr1", "ACGT" * 20)]), name, stream)
    return stream.getvalue().decode()


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_separated_values(name: Format, delimiter: str) -> None:
    rows = list(csv.DictReader(io.StringIO(written(name)), delimiter=delimiter))
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["start"] == "10"
    assert (rows[0]["chopchop"], rows[0]["sgrnascorer2"], rows[0]["energy"], rows[0]["mit"]) == (
        "1",
        "0",
        "-20.10",
        "90.000000",
    )
    assert (rows[1]["structure"], rows[1]["energy"], rows[1]["warnings"]) == (
        "",
        "",
        "not in genome; repeated in query",
    )


def test_json_has_types_and_nulls() -> None:
    rows = json.loads(written("json"))
    assert rows[0]["chopchop"] is True
    assert rows[1]["structure"] is None
    assert rows[1]["warnings"] == ["not in genome", "repeated in query"]
    assert tuple(rows[0]) == COLUMNS


def test_bed_is_zero_based_with_score_and_colour() -> None:
    first = written("bed").splitlines()[0].split("\t")
    assert first == ["chr1", "10", "33", "guide_1", "800", "+", "10", "33", "0,114,178"]


def test_gff3_is_one_based_and_escaped() -> None:
    lines = written("gff3", targets(contig="a;b=c")).splitlines()
    assert lines[0] == "##gff-version 3"
    columns = lines[2].split("\t")
    assert unquote(columns[0]) == "a;b=c"
    assert ";" not in columns[0]
    assert columns[2:5] == ["sgRNA", "13", "35"]
    attributes = dict(pair.split("=", 1) for pair in columns[8].split(";"))
    assert attributes["ID"] == "guide_2"
    assert unquote(attributes["warnings"]) == "not in genome; repeated in query"
    assert "structure" not in attributes


def test_fasta_has_the_guides() -> None:
    assert written("fasta").splitlines() == [
        ">guide_1 chr1:11-33(+) pam=AGG consensus=2/3 mit=90.000000 cfd=80.000000",
        "ACGTACGTACGTACGTACGT",
        ">guide_2 chr1:13-35(+) pam=AGG consensus=0/3 mit=50.500000 cfd=80.000000",
        "ACGTACGTACGTACGTACGT",
    ]


@pytest.mark.parametrize("contig", ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x")'])
@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_no_name_is_a_formula(name: Format, delimiter: str, contig: str) -> None:
    locus = Locus("=cmd", "CDS")
    rows = [*targets(contig), make_target(3, make_site(), NOTHING, FEW, repeated_in_query=False, locus=locus)]
    read = list(csv.DictReader(io.StringIO(written(name, rows)), delimiter=delimiter))
    assert [row["contig"] for row in read] == [f"'{contig}", f"'{contig}", "q"]
    assert read[2]["gene"] == "'=cmd"
    assert {row["strand"] for row in read} == {"+"}


@pytest.mark.parametrize("name", ["csv", "tsv", "json", "bed", "gff3", "fasta"])
def test_no_targets_is_a_valid_file(name: Format) -> None:
    text = written(name, [])
    assert text in {",".join(COLUMNS) + "\n", "\t".join(COLUMNS) + "\n", "[]\n", "", "##gff-version 3\n"}


def test_unix_line_endings_and_a_final_newline() -> None:
    for name in (name for name, form in FORMATS.items() if not form.binary):
        text = written(name)
        assert "\r" not in text
        assert text.endswith("\n")


def test_no_two_formats_share_an_ending() -> None:
    endings = [ending for form in FORMATS.values() for ending in form.endings]
    assert len(endings) == len(set(endings))
