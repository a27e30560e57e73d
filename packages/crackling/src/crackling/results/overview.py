"""Make the rows of the tables of the command line and of a notebook: one for each guide, with the columns that matter most."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crackling.results.columns import COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crackling.results.target import Target


class Heading(NamedTuple):
    """The title of a column, and whether its cells are aligned to the right."""

    title: str
    right: bool = False


HEADINGS = (
    Heading("#", right=True),
    Heading(COLUMN["location"].title, right=True),
    Heading(""),
    Heading("Guide and PAM"),
    Heading(COLUMN["gc"].title, right=True),
    Heading(COLUMN["efficient"].title),
    Heading(COLUMN["mit"].title, right=True),
    Heading(COLUMN["cfd"].title, right=True),
    Heading("Off-targets", right=True),
    Heading(COLUMN["specific"].title),
    Heading(COLUMN["warnings"].title),
)


def overview(targets: Sequence[Target]) -> Iterator[list[str]]:
    """Yield the cells of each target; locations are 1-based closed, off-targets are occurrences with 0-1-2-3-4 mismatches."""
    several = len({target.contig for target in targets}) > 1
    for target in targets:
        location = f"{target.start + 1}-{target.end}"
        yield [
            str(target.id),
            f"{target.contig}:{location}" if several else location,
            target.strand,
            f"{target.guide} {target.pam}",
            f"{target.gc:.0f}",
            f"{target.consensus}/3 {'yes' if target.efficient else 'no'}",
            f"{target.mit:.1f}",
            f"{target.cfd:.1f}",
            "-".join(map(str, (target.mm0, target.mm1, target.mm2, target.mm3, target.mm4))),
            "yes" if target.specific else "no",
            ", ".join(target.warnings),
        ]
