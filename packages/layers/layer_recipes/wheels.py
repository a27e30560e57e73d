"""Packages for another Python and processor than this machine's, from their wheels."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layer_recipes.target import Target

REQUIREMENTS: Final = Path(__file__).parents[1] / "requirements"
_UV: Final = (sys.executable, "-m", "uv")


def install(requirements: Path, target: Target, into: Path) -> None:
    """Unpack exactly the wheels that a requirements file pins; nothing is resolved, compiled or run."""
    command = [*_UV, "pip", "install", "--quiet", "--no-deps", "--no-compile-bytecode", "--link-mode", "copy"]
    command += [
        "--only-binary",
        ":all:",
        "--python-platform",
        target.wheels,
        "--python-version",
        target.python,
    ]
    done = _run([*command, "--target", str(into), "--requirement", str(requirements)], {})
    if done.returncode:
        raise RecipeError(f"{requirements.name} for {target.folder}: {done.stderr.strip()}")
    _prune(into)


def pins(requirements: Path) -> list[str]:
    """The lines of a requirements file that are not comments."""
    return [line for line in requirements.read_text().splitlines() if line and not line.startswith("#")]


def interpreter(version: str) -> str | None:
    """This machine's interpreter of a Python version, if it has one."""
    command = [*_UV, "python", "find", "--no-python-downloads", "--system", version]
    # Where pyenv manages the interpreters, it shows only the versions that it is asked for.
    found = _run(command, {"PYENV_VERSION": version})
    return found.stdout.strip() if found.returncode == 0 else None


def _run(command: list[str], settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _prune(into: Path) -> None:
    """Drop what a function never reads and what names the machine that built it."""
    (into / ".lock").unlink(missing_ok=True)
    # Console scripts begin with the path of the interpreter that installed them.
    shutil.rmtree(into / "bin", ignore_errors=True)
    for record in into.glob("*.dist-info/RECORD"):
        record.unlink()
