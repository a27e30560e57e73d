"""Find which parts of the repository a change affects: every part that a changed file belongs to, and every part built on it.

A file that belongs to no part affects all of them: a new file can make ci run too much, never too little.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from delivery.repository import ROOT

if TYPE_CHECKING:
    from pathlib import Path

# Part -> where its files are.
PATTERNS = {
    "crackling": "packages/crackling/",
    "crackling_aws": "packages/crackling_aws/",
    "layers": "packages/layers/",
    "lambdas": "packages/lambdas/",
    "ec2_worker": "packages/ec2_worker/",
    "infra": "packages/infra/",
    "localcloud": "packages/localcloud/",
    "delivery": "packages/delivery/",
    "frontend": "packages/frontend/",
    "docs": r"docs/|mkdocs\.yml$|[\w/-]+\.md$",
}
# Part -> the parts that are built on it, or tested with it.
DEPENDENTS = {
    "crackling": {
        "crackling_aws",
        "layers",
        "lambdas",
        "ec2_worker",
        "infra",
        "localcloud",
        "delivery",
        "docs",
    },
    "crackling_aws": {"layers", "lambdas", "ec2_worker", "infra", "localcloud", "delivery"},
    "layers": {"crackling", "ec2_worker", "infra", "localcloud"},
    "lambdas": {"infra", "localcloud"},
    "ec2_worker": {"infra", "localcloud"},
    "infra": {"localcloud", "delivery"},
    # Its stand-ins serve the tests of the others.
    "localcloud": {"crackling", "crackling_aws", "lambdas", "ec2_worker", "infra", "delivery", "docs"},
    "delivery": {"localcloud"},  # the end-to-end tests use its client of the API
    "frontend": {"infra", "localcloud"},
    "docs": {"delivery"},  # the commands on the pages are tested there
}
_COMMIT = re.compile(r"[0-9a-f]{40}")


def affected(files: list[str]) -> set[str]:
    """Return the parts that a change of these files affects."""
    found: set[str] = set()
    for file in files:
        # The documentation of a package is documentation first: nothing is built from it.
        owners = ["docs"] if re.match(PATTERNS["docs"], file) else _owners(file)
        if not owners:
            return set(PATTERNS)
        for owner in owners:
            found |= {owner} | DEPENDENTS[owner]
    return found


def _owners(file: str) -> list[str]:
    return [part for part, pattern in PATTERNS.items() if re.match(pattern, file)]


def changed_files(base: str, root: Path = ROOT) -> list[str] | None:
    """Return the files that differ between a commit and HEAD; None if the commit is not known here."""
    if not _COMMIT.fullmatch(base) or not base.strip("0"):
        return None
    words = ["git", "diff", "--name-only", "-z", "--no-renames", f"{base}...HEAD"]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    return None if done.returncode else [name for name in done.stdout.split("\0") if name]
