"""Check that all files of the repository have unix line endings.

cloud-init and the shell reject an init.sh with CRLF, but only on the machine, so this is checked first. The files checked are
those that git tracks or would add. .gitattributes makes git convert them; this finds files that a program or an editor changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from delivery.program import DONE, FAILED, say
from delivery.repository import ROOT
from delivery.workflows.line_endings import known_files, with_carriage_returns

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", type=Path, help="check these files only")


def run(options: argparse.Namespace) -> int:
    found = with_carriage_returns(options.files or known_files(ROOT))
    for path, line in found:
        say(f"{path}:{line}: ends with a carriage return; `sed -i 's/\\r$//' {path}` removes them")
    return FAILED if found else DONE
