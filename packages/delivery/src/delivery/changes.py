"""Which parts of the repository a change concerns: what ci runs.

Each part that a changed file belongs to, and each that is built on it. What belongs to no part concerns all of them: a new
file can make too much run, never too little. Writes `PART=true|false` lines to the file that GITHUB_OUTPUT names, or prints them.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from delivery.program import DONE, outcome, parser, say

ROOT = Path(__file__).resolve().parents[4]

# Part -> where its files are.
PLACES = {
    "crackling": "packages/crackling/",
    "crackling_aws": "packages/crackling_aws/",
    "layers": "packages/layers/",
    "lambdas": "packages/lambdas/",
    "ec2_worker": "packages/ec2_worker/",
    "infra": "packages/infra/",
    "localcloud": "packages/localcloud/",
    "frontend": "packages/frontend/",
    "docs": r"docs/|mkdocs\.yml$|[\w/-]+\.md$",
}
# Part -> the parts that are built on it, or tested with it.
USERS = {
    "crackling": {"crackling_aws", "layers", "lambdas", "ec2_worker", "infra", "localcloud", "docs"},
    "crackling_aws": {"layers", "lambdas", "ec2_worker", "infra", "localcloud"},
    "layers": {"crackling", "ec2_worker", "infra", "localcloud"},
    "lambdas": {"infra", "localcloud"},
    "ec2_worker": {"infra", "localcloud"},
    "infra": {"localcloud"},
    "localcloud": {"crackling", "lambdas", "ec2_worker", "infra", "docs"},  # its stand-ins serve their tests
    "frontend": {"infra", "localcloud"},
    "docs": set[str](),
}
_COMMIT = re.compile(r"[0-9a-f]{40}")


def concerned(files: list[str]) -> set[str]:
    """The parts that a change of these files concerns."""
    found: set[str] = set()
    for file in files:
        # The documentation of a package is documentation first: nothing is built from it.
        owners = ["docs"] if re.match(PLACES["docs"], file) else _owners(file)
        if not owners:
            return set(PLACES)
        for owner in owners:
            found |= {owner} | USERS[owner]
    return found


def _owners(file: str) -> list[str]:
    return [part for part, place in PLACES.items() if re.match(place, file)]


def changed_files(base: str, root: Path = ROOT) -> list[str] | None:
    """What differs between a commit and the working copy; None if that commit is not known here."""
    if not _COMMIT.fullmatch(base) or not base.strip("0"):
        return None
    words = ["git", "diff", "--name-only", "-z", "--no-renames", f"{base}...HEAD"]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    return None if done.returncode else [name for name in done.stdout.split("\0") if name]


def main(arguments: list[str] | None = None) -> int:
    asked = parser(__doc__)
    asked.add_argument(
        "base", nargs="?", default="", help="commit to compare with; without, all is concerned"
    )
    options = asked.parse_args(arguments)

    def run() -> int:
        files = changed_files(options.base)
        parts = set(PLACES) if files is None else concerned(files)
        say(
            f"{'all' if files is None else len(files)} files; concerned: {', '.join(sorted(parts)) or 'none'}"
        )
        lines = "".join(f"{part}={str(part in parts).lower()}\n" for part in PLACES)
        output = os.environ.get("GITHUB_OUTPUT")
        if output:
            with Path(output).open("a", encoding="utf-8") as file:
                file.write(lines)
        else:
            sys.stdout.write(lines)
        return DONE

    return outcome(run, OSError)


if __name__ == "__main__":
    sys.exit(main())
