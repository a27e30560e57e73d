"""Names of contigs, genes and genomes come from anybody: no export passes on what a terminal or a spreadsheet would act on."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from dataclasses import replace
from typing import get_args

import pytest

from crackling.annotation import Locus
from crackling.cli.table import write_table
from crackling.efficiency import Efficiency
from crackling.printable import printable
from crackling.results import Design, make_target, write
from crackling.results.formats import Format, with_printable_names
from crackling.sequences.fasta import Contig
from crackling.specificity import Specificity
from support.sites import make_site

HOSTILE = "\x1b]0;owned\x07\x00\x7f\x85\x9b31m\u202egnp\u2028x\ud800"
SCORES = Specificity(90.0, 80.0, (1, 0, 0, 0, 0))
FOLDED = Efficiency(True, True, False, -0.5, "(" * 100, -20.1)


def design(name: str) -> Design:
    target = make_target(
        1,
        make_site(contig=name, start=10),
        FOLDED,
        SCORES,
        repeated_in_query=False,
        locus=Locus(name, "exon"),
    )
    return Design(name, [target], [Contig(name, "ACGT" * 20)])


def exported(name: str, form: Format) -> str:
    stream = io.BytesIO()
    write(design(name), form, stream)
    if form != "xlsx":
        return stream.getvalue().decode()
    with zipfile.ZipFile(stream) as book:
        return "".join(book.read(part).decode() for part in book.namelist() if part.startswith("xl/"))


def control_letters(text: str) -> set[str]:
    return {
        letter
        for letter in text
        if unicodedata.category(letter) in {"Cc", "Zl", "Zp"} or letter in HOSTILE[8:]
    } - set("\n\t\r gnpx31mowed0;]")


@pytest.mark.parametrize("form", get_args(Format))
def test_no_export_has_control_characters(form: Format) -> None:
    text = exported(f"chr{HOSTILE}", form)
    assert "gnp" in text
    assert not control_letters(text)
    assert "_x001B_" not in text  # what a workbook would turn into the character again


def test_the_terminal_has_none_either() -> None:
    stream = io.StringIO()
    second = replace(design("b").targets[0], contig="b")
    hostile = design(HOSTILE)
    write_table(replace(hostile, targets=[*hostile.targets, second]), stream)
    assert "gnp" in stream.getvalue()
    assert not control_letters(stream.getvalue())
    assert not control_letters(hostile._repr_html_())


@pytest.mark.parametrize("form", ["csv", "tsv"])
@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_a_spreadsheet_runs_no_name(form: Format, sign: str) -> None:
    assert f"'{sign}1+1" in exported(f"{sign}1+1", form)


def test_names_that_differ_still_differ() -> None:
    assert printable("a\x01") == "a\\x01"
    assert printable("a\x01") != printable("a\x02")
    rows = json.loads(exported("a\x01", "json"))
    assert rows[0]["contig"] == "a\\x01"


def test_a_clean_design_stays_the_same_object() -> None:
    clean = design("chrΩ µ")
    assert with_printable_names(clean) is clean
