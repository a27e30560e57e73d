"""Lint the workflows with actionlint and zizmor (pedantic, offline), and all shell scripts with shellcheck."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.program import DONE, FAILED, say
from delivery.repository import ROOT, build, environment
from delivery.workflows.linters import commands

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_options: argparse.Namespace, _services: Services) -> int:
    build("node")
    failed = [
        words
        for words in commands(ROOT)
        if subprocess.run(words, cwd=ROOT, env=environment(), check=False).returncode
    ]
    for words in failed:
        say(f"{Path(words[0]).name} has findings; see above")
    return FAILED if failed else DONE
