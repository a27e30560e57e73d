"""HTML: a report for people in one file: no script, no style and no picture from elsewhere, and everything escaped."""

from __future__ import annotations

import heapq
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, BinaryIO

from jinja2 import Environment, StrictUndefined

from crackling.about import INDEX_FORMAT, METHODS, MODEL, VERSION
from crackling.results.map import LANE, WIDTH, tracks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from crackling.results.design import Design
    from crackling.results.target import Target

# A browser shows no more rows without effort; the other formats have them all.
MOST_ROWS = 2000


def best(targets: Sequence[Target], count: int) -> list[Target]:
    """The `count` best in query order: efficient and specific ones first, then by the lower of MIT and CFD."""
    if len(targets) <= count:
        return list(targets)

    def worth(target: Target) -> tuple[bool, bool, float, int]:
        lower = min(target.mit, target.cfd)
        return target.efficient and target.specific, target.specific, lower, -target.id

    return sorted(heapq.nlargest(count, targets, key=worth), key=lambda target: target.id)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(
        resources.files("crackling.results").joinpath("report.html.j2").read_text("utf-8")
    )


def write_html(design: Design, stream: BinaryIO) -> None:
    shown = best(design.targets, MOST_ROWS)
    parts = _template().generate(
        design=design,
        targets=shown,
        tracks=list(tracks(design, shown)),
        lane=LANE,
        width=WIDTH,
        methods=METHODS,
        annotated=any(target.feature for target in shown),
        versions=[("Crackling", VERSION), ("Index format", str(INDEX_FORMAT)), ("Models", MODEL)],
    )
    stream.writelines(part.encode() for part in parts)
    stream.write(b"\n")
