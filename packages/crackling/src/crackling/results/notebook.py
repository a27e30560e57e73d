"""Show a design in a notebook: as a table in HTML, and as a data frame."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from crackling.results.formats import with_printable_names
from crackling.results.overview import HEADINGS, overview
from crackling.results.target import COLUMNS, values
from crackling.results.text import WARNINGS_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from crackling.results.design import Design

MAX_ROWS = 20


def to_html(design: Design) -> str:
    """Return a table of the first guides."""
    design = with_printable_names(design)
    shown = design.targets[:MAX_ROWS]
    left_out = len(design) - len(shown)
    rest = f"; the first {len(shown)} are shown" if left_out else ""
    head = _row("th", (heading.title for heading in HEADINGS))
    body = "".join(_row("td", cells) for cells in overview(shown))
    caption = f"Guides against {design.genome_name}: {design.outcome}{rest}"
    return f"<table><caption>{escape(caption)}</caption><thead>{head}</thead><tbody>{body}</tbody></table>"


def _row(tag: str, cells: Iterable[str]) -> str:
    filled = zip(HEADINGS, cells, strict=True)
    return f"<tr>{''.join(f'<{tag}{_ALIGNED[heading.right]}>{escape(cell)}</{tag}>' for heading, cell in filled)}</tr>"


_ALIGNED = {True: ' style="text-align: right"', False: ' style="text-align: left"'}


def to_pandas(design: Design) -> pd.DataFrame:
    """Return a data frame of all guides, warnings joined as in a CSV file.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_pandas() needs pandas; install it with: pip install 'crackling-cloud[pandas]'"
        ) from error
    frame = pd.DataFrame([values(target) for target in design.targets], columns=list(COLUMNS))
    frame["warnings"] = [WARNINGS_SEPARATOR.join(target.warnings) for target in design.targets]
    return frame
