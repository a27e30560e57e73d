"""Write the table of all figures with their targets, and the machine that they were measured on."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from crackling.specificity.kernel import available_isas


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement.

    target: what is wanted, None for information; at_least: whether more is better. note: what a reader must know.
    """

    subject: str
    what: str
    value: float
    unit: str
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return how many times better than its target a figure is: below 1 the target is missed."""
        if self.target is None or not self.value:
            return None
        return self.value / self.target if self.at_least else self.target / self.value


@dataclass(slots=True)
class Report:
    """The figures in the order of measurement. Each is also printed at once, because a whole run takes minutes."""

    console: Console = field(default_factory=lambda: Console(stderr=True))
    figures: list[Figure] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)
        self.say(f"{figure.subject}: {figure.what} {_number(figure.value)} {figure.unit} {figure.note}")

    def say(self, line: str) -> None:
        self.console.print(line, style="dim", highlight=False, markup=False)

    def table(self) -> Table:
        table = Table(title=_machine(), title_justify="left", title_style="")
        table.add_column("genome")
        table.add_column("what")
        table.add_column("measured", justify="right")
        table.add_column("target", justify="right")
        table.add_column("times better", justify="right")
        table.add_column("note", overflow="fold")
        for before, figure in zip([None, *self.figures], self.figures, strict=False):
            if before and before.subject != figure.subject:
                table.add_section()
            is_first = before is None or before.subject != figure.subject
            table.add_row(figure.subject if is_first else "", *_cells(figure))
        return table

    def write_markdown(self, path: Path) -> None:
        """Write the same table for docs/performance.md."""
        head = ["genome", "what", "measured", "target", "times better", "note"]
        rows = [(figure.subject, *_cells(figure)) for figure in self.figures]
        lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
        text = "\n".join([_machine() + ".", "", *lines, ""])
        path.write_text(text.replace("[bold]", "**").replace("[/bold]", "**"), "utf-8")

    def write_json(self, path: Path) -> None:
        figures = [{**asdict(figure), "ratio": figure.ratio} for figure in self.figures]
        path.write_text(json.dumps({"machine": _machine(), "figures": figures}, indent=1) + "\n", "utf-8")


def _cells(figure: Figure) -> tuple[str, str, str, str, str]:
    target, ratio = "", ""
    if figure.target is not None and figure.ratio is not None:
        target = f"{'>=' if figure.at_least else '<='} {_number(figure.target)} {figure.unit}"
        ratio = f"{figure.ratio:.2f}" if figure.ratio >= 1 else f"[bold]{figure.ratio:.2f} missed[/bold]"
    return figure.what, f"{_number(figure.value)} {figure.unit}", target, ratio, figure.note


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 20 else f"{value:.2f}"


def _machine() -> str:
    """Return the processor, load and date, without which figures mean nothing."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = ", ".join(f"{figure:.1f}" for figure in os.getloadavg())
    return (
        f"{model}, {os.cpu_count()} processors, {available_isas()[-1]}, Python {platform.python_version()}, "
        f"load {load}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )
