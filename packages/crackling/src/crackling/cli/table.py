"""A table of targets for people: what decides, in one line a guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling.results import Target

HEADERS = (
    "#",
    "Place",
    "",
    "Guide and PAM",
    "GC %",
    "Efficient",
    "MIT",
    "CFD",
    "Off-targets",
    "Specific",
    "Warnings",
)
WIDE = 10_000
RIGHT = {"#", "Place", "GC %", "MIT", "CFD", "Off-targets"}


def write_table(targets: Sequence[Target], stream: TextIO) -> None:
    """Write a table; places are 1-based closed, off-targets are occurrences with 0-1-2-3-4 mismatches."""
    several = len({target.contig for target in targets}) > 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in HEADERS:
        table.add_column(header, justify="right" if header in RIGHT else "left", no_wrap=True)
    for target in targets:
        place = f"{target.start + 1}-{target.end}"
        table.add_row(
            str(target.id),
            f"{target.contig}:{place}" if several else place,
            target.strand,
            f"{target.guide} {target.pam}",
            f"{target.gc:.0f}",
            f"{target.consensus}/3 {'yes' if target.efficient else 'no'}",
            f"{target.mit:.1f}",
            f"{target.cfd:.1f}",
            "-".join(map(str, (target.mm0, target.mm1, target.mm2, target.mm3, target.mm4))),
            "yes" if target.specific else "no",
            ", ".join(target.warnings),
        )
    good = sum(target.efficient and target.specific for target in targets)
    # As wide as the table needs, also in a narrow terminal: a place or guide that is cut is of no use.
    console = Console(file=stream, width=WIDE, highlight=False)
    console.print(table)
    console.print(f"{len(targets)} guides, {good} of them efficient and specific")
