"""Write the table of `crackling design --format table`: one line for each guide, with the columns that matter most."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

from crackling.results.formats import with_printable_names
from crackling.results.overview import HEADINGS, overview

if TYPE_CHECKING:
    from crackling.results import Design

WIDE = 10_000


def write_table(design: Design, stream: TextIO) -> None:
    """Write a table as wide as it needs, also in a narrow terminal: a location or guide that is cut is of no use."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in HEADINGS:
        table.add_column(heading.title, justify="right" if heading.right else "left", no_wrap=True)
    for cells in overview(with_printable_names(design).targets):
        table.add_row(*cells)
    console = Console(file=stream, width=WIDE, highlight=False)
    console.print(table)
    console.print(design.outcome)
