"""Check titles of commits against Conventional Commits: releases and changelogs are made from them."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

from delivery.program import DeliveryError
from delivery.repository import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TYPES = frozenset(
    {"build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test"}
)
AREAS = frozenset({"ci", "deps", "docs", "scripts"})
"""Scopes beside the names of the packages."""
_TITLE = re.compile(r"(?P<type>\w+)(?:\((?P<scope>[^()]*)\))?!?: (?P<subject>\S.*)")


def fault(title: str, root: Path = ROOT) -> str | None:
    """Return what is wrong with a title, or None."""
    match = _TITLE.fullmatch(title)
    if not match:
        return "is not `type(scope): what it does` or `type: what it does`"
    if match["type"] not in TYPES:
        return f"has the type {match['type']}, which is none of {', '.join(sorted(TYPES))}"
    scopes = AREAS | {project.name for project in (root / "packages").iterdir()}
    if match["scope"] is not None and match["scope"] not in scopes:
        return f"has the scope {match['scope']}, which is none of {', '.join(sorted(scopes))}"
    return "ends with a full stop" if title.endswith(".") else None


def titles(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return the abbreviated ids and titles of all commits since the last release, without merges.

    Before the first release, these are the commits since the one at which release-please starts.

    Raises:
        DeliveryError: git does not know that commit, as in a shallow clone.
    """
    start = _git(root, "describe", "--tags", "--abbrev=0")
    if start is None:
        start = json.loads((root / "release-please-config.json").read_text("utf-8"))["bootstrap-sha"]
    listed = _git(root, "log", "--no-merges", "--format=%h %s", f"{start}..HEAD")
    if listed is None:
        raise DeliveryError(f"git does not know {start} in {root}; `git fetch --unshallow` gets all commits")
    return [(commit, title) for commit, _, title in (line.partition(" ") for line in listed.splitlines())]


def _git(root: Path, *words: str) -> str | None:
    """Return the output of git, or None if it failed."""
    command = ["git", *words]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None
