"""Use a design in Python: as a sequence, in files and in a notebook."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest

import crackling
from crackling.results import COLUMNS, write

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def design(sample: Path) -> crackling.Design:
    return crackling.design(sample / "cI.fa", genome=sample / "lambda_phage.fa")


def test_it_is_a_sequence_of_targets(design: crackling.Design) -> None:
    assert len(design) == 75
    assert [target.id for target in design] == list(range(1, 76))
    assert design[-1].id == 75
    assert [target.id for target in design[:2]] == [1, 2]
    assert design[0] in design
    assert next(reversed(design)) == design[-1]


def test_it_names_itself_in_a_line(design: crackling.Design) -> None:
    assert repr(design) == "<Design against lambda_phage: 75 guides, 14 of them efficient and specific>"


def test_a_notebook_shows_its_first_guides(design: crackling.Design) -> None:
    shown = design._repr_html_()
    assert shown.count("<tr>") == 1 + 20
    assert "the first 20 are shown" in shown
    assert "TCAAGCTGCTCTTGTGTTAA TGG" in shown


def test_names_are_escaped_in_a_notebook(design: crackling.Design) -> None:
    few = crackling.Design(EVIL, design[:3])
    assert EVIL not in few._repr_html_()
    assert "are shown" not in few._repr_html_()


@pytest.mark.parametrize("name", crackling.FORMATS)
def test_it_writes_every_format(design: crackling.Design, name: crackling.Format, tmp_path: Path) -> None:
    expected = io.BytesIO()
    write(design, name, expected)
    by_ending, by_name = (
        tmp_path / f"guides.{crackling.FORMATS[name].endings[0].upper()}",
        tmp_path / "guides",
    )
    design.write(by_ending)
    design.write(str(by_name), format=name)
    assert by_ending.read_bytes() == by_name.read_bytes() == expected.getvalue()


def test_an_ending_that_names_no_format_writes_nothing(design: crackling.Design, tmp_path: Path) -> None:
    with pytest.raises(crackling.InputError, match=r"no format has the ending \.docx; end .* \.csv, \.tsv"):
        design.write(tmp_path / "guides.docx")
    with pytest.raises(crackling.InputError, match="its ending names no format; name one of csv, tsv"):
        design.write(tmp_path / "guides")
    assert list(tmp_path.iterdir()) == []


def test_a_data_frame_has_the_columns_of_the_other_formats(design: crackling.Design) -> None:
    frame = design.to_pandas()
    assert tuple(frame.columns) == COLUMNS
    assert frame["guide"].tolist() == [target.guide for target in design]
    assert frame["warnings"].tolist()[2] == "TTTT; low GC"
    assert frame["efficient"].sum() == sum(target.efficient for target in design)
    assert tuple(crackling.Design("phage", []).to_pandas().columns) == COLUMNS


def test_without_pandas_the_error_says_what_to_install(
    design: crackling.Design, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install 'crackling-cloud\[pandas\]'"):
        design.to_pandas()
