"""Check that the titles of commits are Conventional Commits: `type(scope): what it does`, or without a scope.

Versions and changelogs are made from these titles. The commits checked are those since the last release; merges are left out.
The scope is a package or one of a few areas.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.program import DONE, FAILED, say
from delivery.workflows.commits import fault, titles

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--title", help="check this title only, such as that of a pull request")


def run(options: argparse.Namespace) -> int:
    checked = titles() if options.title is None else [("title", options.title)]
    faults = [(name, title, found) for name, title in checked if (found := fault(title))]
    for name, title, found in faults:
        say(f"{name}: {title!r} {found}")
    return FAILED if faults else DONE
