"""Write the HTML report: one file that loads nothing from elsewhere, with all text escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, BinaryIO

from jinja2 import Environment, StrictUndefined

from crackling.about import INDEX_FORMAT, METHODS, MODEL, VERSION
from crackling.results.columns import COLUMN
from crackling.results.map import LANE, WIDTH, tracks
from crackling.results.ranking import RANKING_TEXT, best

if TYPE_CHECKING:
    from jinja2 import Template

    from crackling.results.design import Design

# More rows would slow a browser down; the other formats have all of them.
MAX_ROWS = 2000


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(
        resources.files("crackling.results").joinpath("report.html.j2").read_text("utf-8")
    )


def _columns(design: Design, *, annotated: bool) -> list[str]:
    """Return the names of the columns that the report's table shows."""
    where = ("contig", "location", "strand") if design.contigs else ()
    genes = ("gene", "feature") if annotated else ()
    return ["id", *where, "guide", "gc", "efficient", "mit", "cfd", "specific", "sites", *genes, "warnings"]


def write_html(design: Design, stream: BinaryIO) -> None:
    targets = best(design.targets, MAX_ROWS)
    annotated = any(target.feature for target in targets)
    parts = _template().generate(
        design=design,
        targets=targets,
        tracks=list(tracks(design, targets)),
        lane=LANE,
        width=WIDTH,
        columns=COLUMN,
        ranking=RANKING_TEXT,
        methods=METHODS,
        annotated=annotated,
        shown=_columns(design, annotated=annotated),
        versions=[("Crackling", VERSION), ("Index format", str(INDEX_FORMAT)), ("Models", MODEL)],
    )
    stream.writelines(part.encode() for part in parts)
    stream.write(b"\n")
