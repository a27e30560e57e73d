"""Build wheels of this repository's own packages, for this machine or another one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from layer_recipes import tree
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY

# The parts of a package that go into its wheel.
PARTS: Final = ("pyproject.toml", "README.md", "src")
CRACKLING: Final = REPOSITORY / "packages/crackling"
CRACKLING_PARTS: Final = (*PARTS, "LICENSE", "native")


def build(package: Path, parts: tuple[str, ...], compiler: str, platform: str, into: Path) -> None:
    """Build the wheel of a package from a copy of its sources, with the kernel if it has one.

    Args:
        package: the folder of the package.
        parts: the files and folders of it that the wheel needs.
        compiler: Zig's name for the target.
        platform: Python's name for it, such as linux-x86_64, which becomes the wheel's tag.
        into: the folder that receives the wheel.

    Raises:
        RecipeError: a program failed; the message is its output.
    """
    with tempfile.TemporaryDirectory() as scratch:
        copy = _copy(package, parts, Path(scratch, package.name))
        kernel = copy / "native/compile.py"
        if kernel.exists():
            run([sys.executable, str(kernel), "--target", compiler], copy)
        # The wheel's tag names the platform, which sysconfig lets a cross-compiling build override.
        settings = {"_PYTHON_HOST_PLATFORM": platform}
        hatchling = [
            sys.executable,
            "-m",
            "hatchling",
            "build",
            "--target",
            "wheel",
            "--directory",
            str(into),
        ]
        run(hatchling, copy, settings)


def run(command: list[str], folder: Path, settings: dict[str, str] | None = None) -> str:
    """Run a program in a folder and return its output.

    Raises:
        RecipeError: it failed; the message is what it wrote to standard error.
    """
    environment = {**os.environ, **(settings or {})}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecipeError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")
    return done.stdout


def _copy(package: Path, parts: tuple[str, ...], into: Path) -> Path:
    into.mkdir()
    for part in parts:
        if (package / part).is_dir():
            tree.copy_sources(package / part, into / part)
        else:
            shutil.copyfile(package / part, into / part)
    return into
