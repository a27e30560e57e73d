"""Print the measurements as one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from jobs import Job, Stage

FIGURES = (
    "from-to s",
    "messages",
    "invocations",
    "billed s",
    "work s",
    "overhead",
    "GB-s",
    "$/job",
    "$/1000",
)
TARGET_BASES, TARGET_SECONDS, MAX_OVERHEAD = 10_000, 10.0, 0.5


@dataclass(frozen=True)
class Measured:
    """Two runs of the same query; `warm` is the second."""

    first: Job
    warm: Job


def print_table(results: list[Measured], title: str) -> None:
    table = Table(title=title, title_justify="left", caption=CAPTION, caption_justify="left")
    for name in ("query", "guides", "first s", "warm s"):
        table.add_column(name, justify="right")
    table.add_column("stage")
    for name in FIGURES:
        table.add_column(name, justify="right")
    table.add_column("target")
    for result in results:
        _add(table, result)
    Console(width=170).print(table)


CAPTION = """\
Figures of the warm run, except first s. from-to: a stage's first invocation began, its last one ended, after submission.
billed s: of all its invocations. work s: the science in them and storing its results; the rest is overhead.
$/1000: dollars for 1,000 guides."""


def _add(table: Table, result: Measured) -> None:
    job = result.warm
    table.add_row(
        size(job.bases), f"{job.guides:,}", f"{result.first.seconds:.1f}", f"{job.seconds:.1f}", "all", "",
        f"{job.total('messages'):,.0f}", f"{job.total('invocations'):,.0f}", f"{job.total('billed'):.2f}",
        f"{job.total('work'):.2f}", "", f"{job.total('gb_seconds'):.2f}", f"{job.dollars:.6f}",
        f"{per_thousand(job, job.dollars):.5f}", _time_target(job), style="bold",
    )  # fmt: skip
    for stage in job.stages:
        table.add_row("", "", "", "", stage.name, *_cells(job, stage))
    table.add_section()


def _cells(job: Job, stage: Stage) -> tuple[str, ...]:
    overhead = stage.overhead
    return (
        f"{stage.began:.1f}-{stage.ended:.1f}",
        f"{stage.messages:,}",
        f"{stage.invocations:,}",
        f"{stage.billed:.2f}",
        f"{stage.work:.3f}" if stage.work else "",
        "" if overhead is None else f"{overhead:.0%}",
        f"{stage.gb_seconds:.2f}",
        f"{stage.dollars:.6f}",
        f"{per_thousand(job, stage.dollars):.5f}",
        "" if overhead is None else verdict(f"<= {MAX_OVERHEAD:.0%}", met=overhead <= MAX_OVERHEAD),
    )


def _time_target(job: Job) -> str:
    if job.bases != TARGET_BASES:
        return ""
    return verdict(f"<= {TARGET_SECONDS:.0f} s", met=job.seconds <= TARGET_SECONDS)


def verdict(target: str, *, met: bool) -> str:
    return f"{target} {'met' if met else 'MISSED'}"


def per_thousand(job: Job, dollars: float) -> float:
    return dollars / job.guides * 1000


def size(bases: int) -> str:
    return f"{bases // 1_000_000} Mb" if bases >= 1_000_000 else f"{bases // 1000} kb"
