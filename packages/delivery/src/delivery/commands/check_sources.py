"""Check the sources: imports point in one direction, docstrings open with a sentence, and nothing that is built is committed.

Between packages, only the imports that `delivery/workflows/imports.py` lists are allowed. Inside a package, its folders and the
modules beside them do not import each other in a circle. No docstring opens with What, Whether, How or the like. No file
that .gitignore names is tracked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.program import DONE, FAILED, say
from delivery.repository import ROOT, tracked_although_ignored
from delivery.workflows.docstrings import scraps
from delivery.workflows.imports import Imports, packages
from delivery.workflows.line_endings import known_files

if TYPE_CHECKING:
    import argparse

SOURCES = frozenset({".py", ".js", ".ts", ".c", ".h"})
GENERATED = "openapi.d.ts"


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_options: argparse.Namespace) -> int:
    imports = Imports(packages(ROOT))
    findings = [f"{module} must not import {used}" for module, used in imports.forbidden()]
    if cycle := imports.cycle():
        findings.append(f"imports in a circle: {' -> '.join(cycle)}")
    findings += [
        f"{path} is built, not written: `git rm --cached {path}`" for path in tracked_although_ignored(ROOT)
    ]
    sources = [path for path in known_files(ROOT) if path.suffix in SOURCES and path.name != GENERATED]
    findings += [
        f'{path.relative_to(ROOT)}:{line}: "{text}" is no sentence: begin with what it does ("Return ...")'
        for path, line, text in scraps(sources)
    ]
    for finding in findings:
        say(finding)
    return FAILED if findings else DONE
