"""XLSX, GenBank and the HTML report, read back by other programs than wrote them."""

from __future__ import annotations

import io
import itertools
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from Bio import SeqIO

from crackling.about import METHODS
from crackling.annotation import Locus
from crackling.efficiency import Efficiency
from crackling.errors import InputError
from crackling.guides.guide_list import parse_guides
from crackling.guides.sites import Site, find_sites
from crackling.results import COLUMNS, FORMATS, Design, Kind, make_target, report, write, xlsx
from crackling.results.columns import COLUMN, TARGET_COLUMNS
from crackling.results.map import LANES, WIDTH, tracks
from crackling.sequences.fasta import parse_query, reverse_complement
from crackling.specificity import Specificity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crackling.results.formats import Format
    from crackling.results.target import Target

SEQUENCE = "ACGTTGCATCCATTGCAGGATCCAGGTTTACGGATTACCAGGTTACGATTAGGCATTACAGG"
EVIL = "=<script>alert(1)</script>&\"'"


def judged(sites: Iterable[Site], **more: Any) -> list[Target]:
    efficiency = Efficiency(True, True, False, -0.5, None, -20.1)
    specificity = Specificity(90.0, 80.0, (1, 0, 0, 2, 3))
    return [
        make_target(number, site, efficiency, specificity, repeated_in_query=False, **more)
        for number, site in enumerate(sites, start=1)
    ]


def design(name: str = "query", **more: Any) -> Design:
    contigs = parse_query(SEQUENCE, name=name)
    return Design("phage", judged(find_sites(contigs), **more), contigs)


def own_guides() -> Design:
    return Design(
        "phage",
        judged(parse_guides(["GACTGACCGGCAGGCAGAAC", "GCCGGACGGCTTTGGCGGCACGG"], "x")),
        kind=Kind.GUIDES,
    )


def written(one: Design, name: Format) -> bytes:
    out = io.BytesIO()
    write(one, name, out)
    return out.getvalue()


def test_the_columns_are_explained_in_order() -> None:
    assert tuple(column.name for column in TARGET_COLUMNS) == COLUMNS
    assert all(column.text.endswith(".") for column in COLUMN.values())


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_design_gives_the_same_bytes_at_any_time_and_place(
    name: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(design(), name)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    mask = os.umask(0o077)
    try:
        monkeypatch.setattr(time, "time", lambda: 2e9)
        assert written(design(), name) == first
    finally:
        os.umask(mask)
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize("name", FORMATS)
def test_a_pipe_gets_the_bytes_of_a_file(name: Format) -> None:
    """What cannot go back, as standard output."""
    reading_end, writing_end = os.pipe()
    with os.fdopen(reading_end, "rb") as reader, ThreadPoolExecutor(1) as pool:
        received = pool.submit(reader.read)
        with os.fdopen(writing_end, "wb") as writer:
            write(design(), name, writer)
        assert received.result() == written(design(), name)


def test_a_sheet_has_numbers_where_there_are_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(design(), "xlsx")))
    sheet = book["Guides"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == COLUMNS
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["F"].width > 20
    first = dict(zip(COLUMNS, rows[1], strict=True))
    target = design().targets[0]
    assert (first["start"], first["mit"], first["energy"]) == (target.start, 90.0, -20.1)
    assert (first["efficient"], first["structure"], first["gene"]) == (True, None, None)
    assert len(rows) == len(design().targets) + 1


def test_a_sheet_says_what_was_asked_and_what_columns_mean() -> None:
    about = openpyxl.load_workbook(io.BytesIO(written(design(), "xlsx")))["About"]
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True) if row[0]}
    assert said["Genome"] == "phage"
    assert said["Guides"] == len(design().targets)
    assert set(COLUMNS) <= set(said)
    assert said["mit"] == COLUMN["mit"].text


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "https://x.example/", "12", "{=1}"])
def test_a_sheet_runs_no_name_as_a_formula(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(design(name, locus=Locus(name, "CDS")), "xlsx")))
    cell = book["Guides"]["B2"]
    assert (cell.value, cell.data_type, cell.hyperlink) == (name, "s", None)
    assert (book["Guides"][2][COLUMNS.index("gene")].value, cell.data_type) == (name, "s")


def test_more_guides_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_GUIDES", 3)
    with pytest.raises(InputError, match="more than a sheet holds"):
        written(design(), "xlsx")


@pytest.mark.filterwarnings("error")
def test_genbank_has_the_sequence_and_each_guide_where_it_stands() -> None:
    one = design()
    (record,) = SeqIO.parse(io.StringIO(written(one, "genbank").decode()), "genbank")
    assert str(record.seq).upper() == SEQUENCE
    assert len(record.features) == len(one.targets)
    for feature, target in zip(record.features, one.targets, strict=True):
        assert str(feature.extract(record.seq)).upper() == target.guide + target.pam
        assert feature.qualifiers["label"] == [f"guide_{target.id}"]
        assert target.guide in feature.qualifiers["note"][0]
        assert "mit 90.000000" in " ".join(feature.qualifiers["note"][0].split())


@pytest.mark.parametrize("name", ["NC_000001.11", "a_name_that_is_longer_than_sixteen|letters", "x;y=(1,2)%"])
def test_genbank_keeps_names(name: str) -> None:
    (record,) = SeqIO.parse(io.StringIO(written(design(name), "genbank").decode()), "genbank")
    assert (record.name, len(record.features)) == (name, len(design().targets))


def test_genbank_counts_from_one() -> None:
    one = design()
    target = next(target for target in one.targets if target.strand == "-")
    assert reverse_complement(SEQUENCE[target.start : target.end]) == target.guide + target.pam
    assert f"complement({target.start + 1}..{target.end})" in written(one, "genbank").decode()


@pytest.mark.filterwarnings("error")
def test_each_contig_has_its_own_guides() -> None:
    contigs = parse_query(f">one\n{SEQUENCE}\n>none\nACGT\n>two\n{SEQUENCE[:40]}\n")
    one = Design("phage", judged(find_sites(contigs)), contigs)
    records = list(SeqIO.parse(io.StringIO(written(one, "genbank").decode()), "genbank"))
    assert [record.name for record in records] == ["one", "none", "two"]
    windows = [str(part.extract(record.seq)).upper() for record in records for part in record.features]
    assert windows == [target.guide + target.pam for target in one.targets]
    assert [len(track.forward) + len(track.reverse) for track in tracks(one, one.targets)] == [
        len(record.features) for record in records if record.features
    ]


def test_genbank_of_a_query_without_guides_has_its_sequence() -> None:
    (record,) = SeqIO.parse(
        io.StringIO(written(Design("phage", [], parse_query("ACGT")), "genbank").decode()), "genbank"
    )
    assert (str(record.seq).upper(), record.features) == ("ACGT", [])


def test_genbank_of_own_guides_has_a_record_a_guide() -> None:
    records = list(SeqIO.parse(io.StringIO(written(own_guides(), "genbank").decode()), "genbank"))
    assert [(record.name, str(record.seq).upper()) for record in records] == [
        ("guide_1", "GACTGACCGGCAGGCAGAACNGG"),
        ("guide_2", "GCCGGACGGCTTTGGCGGCACGG"),
    ]
    assert all(len(record.features) == 1 for record in records)


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_report_shows_every_guide_and_its_place_on_the_map() -> None:
    one = design()
    page = Page(written(one, "html").decode())
    ids = {value for name, value in page.attributes if name == "id"}
    links = {value for name, value in page.attributes if name == "href"}
    assert ids == {f"guide_{target.id}" for target in one.targets}
    assert links == {f"#{one}" for one in ids}
    assert all(target.guide in page.text for target in one.targets)
    assert "1 contigs" not in page.text


@pytest.mark.parametrize("make", [design, own_guides])
def test_a_report_needs_nothing_from_elsewhere(make: Callable[[], Design]) -> None:
    text = written(make(), "html").decode()
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [
        value
        for name, value in page.attributes
        if name in ("src", "href") and not (value or "").startswith("#")
    ]
    assert not re.search(r"url\(|@import|https?:", text)


def test_a_report_escapes_what_users_name() -> None:
    one = replace(design(EVIL, locus=Locus(EVIL, "CDS")), genome_name=EVIL)
    text = written(one, "html").decode()
    page = Page(text)
    assert "script" not in page.tags
    assert EVIL in page.text
    assert not [name for name, _ in page.attributes if name.startswith("on")]


def test_a_report_explains_the_columns_that_it_shows() -> None:
    page = Page(written(design(), "html").decode())
    for name in ("location", "mit", "cfd", "sites", "warnings"):
        assert COLUMN[name].text in page.text
    assert COLUMN["gene"].text not in page.text


def test_a_report_and_a_sheet_cite_what_the_methods_rest_on() -> None:
    page = Page(written(design(), "html").decode())
    about = openpyxl.load_workbook(io.BytesIO(written(design(), "xlsx")))["About"]
    said = " ".join(str(row[1]) for row in about.iter_rows(values_only=True))
    for method in METHODS:
        for publication in method.publications:
            assert publication.citation in page.text
            assert publication.citation in said


def test_a_report_of_own_guides_has_no_map() -> None:
    page = Page(written(own_guides(), "html").decode())
    assert "svg" not in page.tags
    assert "GACTGACCGGCAGGCAGAAC NGG" in page.text
    assert "NGG is assumed" in page.text


def test_a_report_of_many_guides_shows_the_best_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MAX_ROWS", 2)
    one = design()
    targets = [replace(target, cfd=float(target.id)) for target in one.targets]
    page = Page(written(replace(one, targets=targets), "html").decode())
    last = len(targets)
    ids = [value for name, value in page.attributes if name == "id"]
    assert ids == [f"guide_{last - 1}", f"guide_{last}"]
    assert f"The best 2 of {last}" in page.text


def test_the_map_overlaps_no_guides_while_there_are_lanes() -> None:
    one = design()
    (track,) = tracks(one, one.targets)
    shapes = [*track.forward, *track.reverse]
    assert len(shapes) == len(one.targets)
    for shape in shapes:
        assert 0 <= shape.x <= shape.x + shape.width <= WIDTH
        assert shape.lane < LANES
    for lane in {shape.lane for shape in track.forward}:
        row = sorted((shape.x, shape.x + shape.width) for shape in track.forward if shape.lane == lane)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(row))
