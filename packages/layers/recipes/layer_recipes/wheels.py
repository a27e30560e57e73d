"""Packages from wheels, for another Python and processor than this machine's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes.errors import RecipeError

if TYPE_CHECKING:
    from layer_recipes.target import Target

REQUIREMENTS: Final = Path(__file__).parents[1] / "requirements"


def install(requirements: Path, target: Target, into: Path) -> None:
    """Unpack exactly the wheels that a requirements file pins; nothing is resolved, compiled or run."""
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--no-compile-bytecode", "--link-mode", "copy"]
    command += ["--python-platform", target.wheels, "--python-version", target.python]
    command += ["--target", str(into), "--requirement", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (our own words)
    if done.returncode:
        raise RecipeError(f"{requirements.name} for {target.folder}: {done.stderr.strip()}")
    _prune(into)


def _prune(into: Path) -> None:
    """Drop what a function never reads and what names the machine that built it."""
    (into / ".lock").unlink(missing_ok=True)
    # Console scripts begin with the path of the interpreter that installed them.
    shutil.rmtree(into / "bin", ignore_errors=True)
    for record in into.glob("*.dist-info/RECORD"):
        record.unlink()
