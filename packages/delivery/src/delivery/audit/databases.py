"""Ask the databases of vulnerabilities about every locked package: PyPI's with pip-audit, npm's with npm."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

from delivery.audit import answers, shipped
from delivery.audit.bills import LOCK, NODE_FOLDERS
from delivery.repository import ROOT, environment, isolated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from delivery.audit.answers import Answer


def ask() -> Iterator[Answer]:
    """Yield the answer for each lock of the repository.

    The locks of isolated tools are asked about too; nothing in them is shipped.
    """
    program = isolated("audit") / "pip-audit"
    names = shipped.python_packages(ROOT)
    for lock in (LOCK, *sorted((ROOT / "scripts").glob("*.lock"))):
        yield _about_python(program, lock, names if lock == LOCK else frozenset())
    for folder in NODE_FOLDERS:
        yield _about_node(folder)


def _about_python(program: Path, lock: Path, names: frozenset[str]) -> Answer:
    options = ["--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"]
    text, complaint = _run([str(program), "--requirement", str(lock), *options], ROOT)
    answer = answers.of_pip_audit(str(lock.relative_to(ROOT)), text, names)
    return _explained(answer, text, complaint)


def _about_node(folder: Path) -> Answer:
    # Not the modules that happen to be installed, but all that the lock names.
    text, complaint = _run(["npm", "audit", "--json", "--package-lock-only"], folder)
    lock = str((folder / "package-lock.json").relative_to(ROOT))
    answer = answers.of_npm_audit(lock, text, shipped.node_packages(folder))
    return _explained(answer, text, complaint)


def _run(words: list[str], folder: Path) -> tuple[str, str]:
    """Return what a program wrote to standard output and to standard error.

    Its exit code does not tell a vulnerability from a database that could not be reached, so it is not used.
    """
    done = subprocess.run(words, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def _explained(answer: Answer, text: str, complaint: str) -> Answer:
    """Return the answer, with the last line of the program's complaint if it answered nothing at all."""
    lines = complaint.strip().splitlines()
    if text.strip() or not lines:
        return answer
    return replace(answer, unasked=f"{answer.unasked}: {lines[-1]}")
