"""Each format, read back by its own rules."""

import csv
import io
import json
from urllib.parse import unquote

import pytest

from crackling.efficiency import Efficiency
from crackling.results import COLUMNS, MEDIA_TYPES, make_target, write
from crackling.results.formats import FORMATS
from crackling.specificity import Specificity
from support.sites import make_site


def targets(contig="chr1"):
    folded = Efficiency(True, True, False, -0.5, "(" * 100, -20.1)
    bare = Efficiency(False, False, False, -0.25, None, None)
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
            bare,
            Specificity(50.5, 80.0, (0, 0, 0, 0, 0)),
            repeated_in_query=True,
        ),
    ]


def written(name, rows=None):
    stream = io.StringIO(newline="")
    write(targets() if rows is None else rows, name, stream)
    return stream.getvalue()


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_separated_values(name, delimiter):
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


def test_json_has_types_and_nulls():
    rows = json.loads(written("json"))
    assert rows[0]["chopchop"] is True
    assert rows[1]["structure"] is None
    assert rows[1]["warnings"] == ["not in genome", "repeated in query"]
    assert tuple(rows[0]) == COLUMNS


def test_bed_is_zero_based_with_score_and_colour():
    first = written("bed").splitlines()[0].split("\t")
    assert first == ["chr1", "10", "33", "guide_1", "800", "+", "10", "33", "0,114,178"]


def test_gff3_is_one_based_and_escaped():
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


@pytest.mark.parametrize("name", FORMATS)
def test_no_targets_is_a_valid_file(name):
    text = written(name, [])
    assert text in {",".join(COLUMNS) + "\n", "\t".join(COLUMNS) + "\n", "[]\n", "", "##gff-version 3\n"}
    assert name in MEDIA_TYPES


def test_unix_line_endings_and_a_final_newline():
    for name in FORMATS:
        text = written(name)
        assert "\r" not in text
        assert text.endswith("\n")
