"""Write requirements.lock, which has the version and the hashes of every Python package: `python scripts/lock.py`.

It locks what the packages of this repository require with all their extras, and all dependency groups, for every Python and
platform. Versions that are locked already are kept; arguments such as `--upgrade` and `--upgrade-package NAME` go to
`uv pip compile`. `--check` writes nothing, and fails when the lock is not what it would write.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
HEADER = "# Made by `./scripts/test -s lock`: the version and the hashes of every Python package that is installed.\n"
PROJECTS = sorted(ROOT.glob("packages/*/pyproject.toml"))
OLDEST_PYTHON = "3.11"


def read(project: Path) -> dict[str, Any]:
    return tomllib.loads(project.read_text("utf-8"))


def sources() -> Iterator[str]:
    """Yield the arguments that name what is to be locked."""
    for project in (ROOT / "pyproject.toml", *PROJECTS):
        for group in read(project).get("dependency-groups", {}):
            yield from ("--group", f"{project}:{group}")
    yield from map(str, PROJECTS)
    yield "--all-extras"


def compiled(locked: str, options: list[str]) -> str:
    """Return a new lock, made from the current projects and an earlier lock, whose versions are kept where possible."""
    own = [read(project)["project"]["name"] for project in PROJECTS]
    with tempfile.TemporaryDirectory() as folder:
        # Packages of this repository require each other, but are in no package index.
        editable, output = Path(folder, "own.txt"), Path(folder, "requirements.lock")
        editable.write_text("".join(f"-e {project.parent}\n" for project in PROJECTS))
        output.write_text(locked)
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *sources(), str(editable)]
        command += ["--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-annotate"]
        command += ["--no-header", *(word for name in own for word in ("--no-emit-package", name))]
        subprocess.run(
            [*command, "--output-file", str(output), *options], check=True, stdout=subprocess.DEVNULL
        )
        return HEADER + output.read_text()


def main() -> int:
    options = sys.argv[1:]
    locked = LOCK.read_text("utf-8") if LOCK.exists() else ""
    check = "--check" in options
    fresh = compiled(locked, [option for option in options if option != "--check"])
    if check and fresh != locked:
        sys.stderr.write(
            f"{LOCK.name} does not fit what the projects require: run `./scripts/test -s lock`\n"
        )
        return 1
    if not check:
        LOCK.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
