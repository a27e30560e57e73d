"""Tell which parts of the repository a change affects, so that ci runs their jobs only.

Writes a line PART=true or PART=false for each part, to the file that the variable GITHUB_OUTPUT names or to standard output.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.program import DONE, say
from delivery.workflows.changes import PATTERNS, affected, changed_files

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "base", nargs="?", default="", help="commit to compare with; without one, every part is affected"
    )


def run(options: argparse.Namespace) -> int:
    files = changed_files(options.base)
    parts = set(PATTERNS) if files is None else affected(files)
    say(f"{'all' if files is None else len(files)} files; affected: {', '.join(sorted(parts)) or 'none'}")
    lines = "".join(f"{part}={str(part in parts).lower()}\n" for part in PATTERNS)
    output = os.environ.get("GITHUB_OUTPUT")
    if output:
        with Path(output).open("a", encoding="utf-8") as file:
            file.write(lines)
    else:
        sys.stdout.write(lines)
    return DONE
