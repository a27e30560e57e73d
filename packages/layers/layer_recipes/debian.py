"""Download files of Debian or Ubuntu packages for any architecture, without installing them and without root.

apt uses package lists of its own here, so that the machine's lists and architecture do not matter.
The versions are resolved once and then stored, so that later builds need no network.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_STATE: Final = REPOSITORY / "build/apt"


def resolve(packages: Sequence[str], architecture: str) -> list[str]:
    """Return the address, file name, size and checksum of each package, one line per package."""
    known = _STATE / architecture / "resolved.txt"
    if not known.exists():
        missing = [tool for tool in ("apt-get", "dpkg-deb") if not shutil.which(tool)]
        if missing:
            raise RecipeError(
                f"{packages[0]} comes from Debian's packages, and {' and '.join(missing)} is missing here"
            )
        (_STATE / architecture / "lists").mkdir(parents=True, exist_ok=True)
        _apt(architecture, "update")
        known.write_text(_apt(architecture, "download", "--print-uris", *packages))
    return sorted(known.read_text().splitlines())


def unpack(packages: Sequence[str], architecture: str, into: Path) -> None:
    """Unpack the packages into a folder. apt checks each download against its signed lists."""
    archives = _STATE / architecture / "archives"
    shutil.rmtree(archives, ignore_errors=True)
    archives.mkdir()
    try:
        _apt(architecture, "download", *packages, folder=archives)
    except RecipeError as error:
        # The mirror no longer has the resolved versions, so resolve them again next time.
        (_STATE / architecture / "resolved.txt").unlink()
        raise RecipeError(f"{error}\nIf the lists of packages were old: run this again") from error
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", archive, into], check=True)  # noqa: S607


def _apt(architecture: str, *words: str, folder: Path | None = None) -> str:
    state = _STATE / architecture
    settings = {
        "Dir::State::status": "/dev/null",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state,
        "APT::Architecture": architecture,
        "APT::Architectures::": architecture,
        "APT::Update::Error-Mode": "any",
    }
    command = ["apt-get", "--quiet=2", *(f"-o{name}={value}" for name, value in settings.items()), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecipeError(f"apt-get {words[0]} failed for {architecture}:\n{done.stderr.strip()}")
    return done.stdout
