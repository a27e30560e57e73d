"""Provide what the commands share: options, guides from a file, output that appears whole or not at all, progress."""

from __future__ import annotations

import argparse
import io
import logging
import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from crackling.errors import InputError, StorageError
from crackling.guides.guide_list import parse_guides, read_guide_lines
from crackling.printable import printable
from crackling.sequences.compressed import compressing
from crackling.sequences.files import check_output, open_for_reading, write_atomically
from crackling.sequences.lines import NOT_TEXT
from crackling.threads import MAX_THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.guides.sites import Site
    from crackling.sequences.progress import Progress

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - it has no public name

STANDARD = "-"  # as a file name: standard input or output
_STDIN, _STDOUT = 0, 1  # their descriptors


def command_parser(commands: Commands, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=textwrap.fill(summary, 78),
        epilog=f"example:\n  {example}\n\nexit codes: 0 done, 2 bad input (one line on stderr), 130 interrupted",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_index(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "index",
        type=Path,
        metavar="INDEX",
        help="the path that it was built as, or any of its files; or the accession of an assembly (see crackling genome)",
    )


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def _threads(text: str) -> int:
    number = positive(text)
    if number > MAX_THREADS:
        raise argparse.ArgumentTypeError(f"{number} is more than {MAX_THREADS}")
    return number


def add_threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=_threads, metavar="N", help="default: all processors")


def add_mismatches(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-k", type=int, default=4, metavar="K", help="most mismatches, 0 to 6 (default: 4)")


def add_annotation(parser: argparse.ArgumentParser) -> None:
    annotation = parser.add_mutually_exclusive_group()
    annotation.add_argument(
        "--annotation",
        type=Path,
        metavar="GFF",
        help="the genome's genes (GFF3 or GTF, plain or compressed), for the columns gene and feature; "
        "default: of an accession those that NCBI publishes, else none",
    )
    annotation.add_argument(
        "--no-annotation", action="store_true", help="leave the columns gene and feature empty"
    )


def source(name: str) -> Path | BinaryIO:
    """Return a path, or standard input for '-'."""
    return _stdin() if name == STANDARD else Path(name)


def _stdin() -> BinaryIO:
    stream: TextIO | None = sys.stdin
    if stream is None:
        raise StorageError("standard input: is closed; name a file")
    return stream.buffer


def read_guides(name: str) -> list[Site]:
    """Read the guides of a file, or of standard input for '-'.

    Raises:
        InputError: it is no text, or not of guides.
        StorageError: it cannot be read.
    """
    try:
        if name == STANDARD:
            return parse_guides(
                read_guide_lines(io.TextIOWrapper(_stdin(), encoding="utf-8-sig")), "standard input"
            )
        with open_for_reading(Path(name)) as file:
            return parse_guides(read_guide_lines(io.TextIOWrapper(file, encoding="utf-8-sig")), name)
    except UnicodeDecodeError:
        raise InputError(f"{name}: {NOT_TEXT}, with guides, one a line") from None


def refuse_to_overwrite(out: Path | None, *inputs: str | Path | None) -> None:
    """Check that a command writes to none of the files that it reads.

    Args:
        out: the file that is written; None or '-' for standard output.
        inputs: '-' is standard input; what is no file, such as an accession, is passed over.

    Raises:
        InputError: it does.
    """
    written = _STDOUT if out is None or str(out) == STANDARD else out
    for name in inputs:
        if name is not None:
            check_output(written, _STDIN if str(name) == STANDARD else Path(name))


@contextmanager
def output(path: Path | None) -> Iterator[BinaryIO]:
    """Open standard output for '-', or else a file that appears under its name when it is complete.

    It is compressed as the ending of its name says.
    """
    if path is None or str(path) == STANDARD:
        yield sys.stdout.buffer
        return
    with write_atomically(path) as file, compressing(file, path) as stream:
        yield stream


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Show a progress bar on stderr if that is a terminal, otherwise nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from crackling.cli.amount import AmountColumn

    columns = (TextColumn("{task.description:>14}"), BarColumn(), AmountColumn(), TimeElapsedColumn())
    # Results must go to standard output unchanged, not through the progress bar.
    with Progress(*columns, console=Console(stderr=True), redirect_stdout=False) as bars:
        tasks = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total or None)
            bars.update(tasks[stage], completed=done, total=total or None)

        yield report


def say(text: str) -> None:
    """Print a notice on stderr."""
    sys.stderr.write(f"crackling: {printable(text)}\n")


class _Notices(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


@contextmanager
def notices() -> Iterator[None]:
    """Print on stderr what the library logs, such as what it downloads."""
    logger, handler = logging.getLogger("crackling"), _Notices()
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
