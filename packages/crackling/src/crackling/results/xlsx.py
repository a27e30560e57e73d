"""Write XLSX: a sheet of guides, and one with the parameters and the meaning of the columns."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeAlias

import xlsxwriter  # type: ignore[import-untyped]
import xlsxwriter.exceptions  # type: ignore[import-untyped]

from crackling.about import INDEX_FORMAT, METHODS, VERSION
from crackling.errors import InputError, StorageError
from crackling.results.columns import DECIMALS, TARGET_COLUMNS
from crackling.results.target import values
from crackling.results.text import WARNINGS_SEPARATOR

if TYPE_CHECKING:
    from crackling.results.design import Design

    # The library has no types.
    Book: TypeAlias = Any
    Sheet: TypeAlias = Any
    Style: TypeAlias = Any

MAX_GUIDES = 1_048_575  # rows of a sheet below the header
_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_xlsx(design: Design, stream: BinaryIO) -> None:
    """Write a workbook; the same design gives the same bytes, so it bears no date of its own.

    Raises:
        InputError: more guides than a sheet has rows.
    """
    if len(design.targets) > MAX_GUIDES:
        raise InputError(
            f"{len(design.targets):,} guides are more than a sheet holds ({MAX_GUIDES:,}); write csv, or split the query"
        )
    # A temporary file is written first, because a pipe cannot seek and would get a zip file with other bytes.
    with tempfile.TemporaryFile() as file:
        if reason := _write_book(design, file):
            raise StorageError(
                f"{tempfile.gettempdir()}: cannot be written ({reason}); free some space or set TMPDIR"
            )
        file.seek(0)
        shutil.copyfileobj(file, stream)


def _write_book(design: Design, file: IO[bytes]) -> str | None:
    """Write the workbook row by row. No text becomes a formula, a link or a number.

    Returns the reason if it cannot be written, so that what the library holds is released while the file is still open.
    """
    try:
        _write_sheets(design, file)
    except xlsxwriter.exceptions.FileCreateError as error:
        return getattr(error.args[0], "strerror", None) or str(error)
    return None


def _write_sheets(design: Design, file: IO[bytes]) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        book.set_properties(
            {
                "title": "Guides",
                "comments": f"Crackling {VERSION}",
                "author": "Crackling",
                "created": _CREATED,
            }
        )
        head = book.add_format({"bold": True, "bottom": 1})
        _write_guides(design, book, head)
        _write_about(design, book.add_worksheet("About"), head)


def _write_guides(design: Design, book: Book, head: Style) -> None:
    sheet = book.add_worksheet("Guides")
    figures = {
        decimals: book.add_format({"num_format": f"0.{'0' * decimals}"})
        for decimals in sorted(set(DECIMALS.values()))
    }
    formats = [figures[column.decimals] if column.decimals else None for column in TARGET_COLUMNS]
    sheet.freeze_panes(1, 0)
    for number, column in enumerate(TARGET_COLUMNS):
        sheet.set_column(number, number, column.width, formats[number])
        sheet.write_string(0, number, column.name, head)
    if design.targets:
        sheet.autofilter(0, 0, len(design.targets), len(TARGET_COLUMNS) - 1)
    for row, target in enumerate(design.targets, start=1):
        for number, value in enumerate(values(target)):
            _write_cell(sheet, row, number, value, formats[number])


def _write_cell(
    sheet: Sheet,
    row: int,
    column: int,
    value: object,
    form: Style | None,
) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, form)
    elif isinstance(value, tuple):
        sheet.write_string(row, column, WARNINGS_SEPARATOR.join(value))
    elif value is not None:
        sheet.write_string(row, column, str(value))


def _write_about(design: Design, sheet: Sheet, head: Style) -> None:
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 80)
    versions = [("Crackling", VERSION), ("Index format", str(INDEX_FORMAT))]
    columns = [(column.name, column.text) for column in TARGET_COLUMNS]
    methods = [(method.name, f"{method.gives}. {method.citation}") for method in METHODS]
    sections: list[tuple[str, list[tuple[str, str]] | list[tuple[str, int]]]] = [
        ("Parameters", design.parameters),
        ("Summary", design.summary),
        ("Versions", versions),
        ("Columns", columns),
        ("Methods", methods),
    ]
    row = 0
    for title, lines in sections:
        sheet.write_string(row, 0, title, head)
        for name, value in lines:
            row += 1
            sheet.write_string(row, 0, name)
            _write_cell(sheet, row, 1, value, None)
        row += 2
