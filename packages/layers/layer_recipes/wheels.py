"""Install wheels for another Python version and processor than this machine's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from layer_recipes.errors import RecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from layer_recipes.target import Target

_UV: Final = (sys.executable, "-m", "uv")


def install(requirements: str, target: Target, into: Path) -> None:
    """Unpack the wheels that `requirements` lists and check their hashes; nothing is resolved, compiled or run.

    Args:
        requirements: the text of a requirements file in which every package has its version and hashes.
        target: the Python version and processor that the wheels are for.
        into: the folder that receives their contents.

    Raises:
        RecipeError: a wheel is missing or its hash differs; the message is uv's.
    """
    command = [*_UV, "pip", "install", "--quiet", "--no-deps", "--no-compile-bytecode", "--link-mode", "copy"]
    command += ["--only-binary", ":all:", "--require-hashes", "--python-platform", target.wheels]
    command += ["--python-version", target.python, "--target", str(into), "--requirement", "-"]
    done = _run(command, {}, requirements)
    if done.returncode:
        raise RecipeError(f"wheels for {target.folder}: {done.stderr.strip()}")
    _prune(into)


def interpreter(version: str) -> str | None:
    """Return this machine's interpreter of a Python version, or None."""
    command = [*_UV, "python", "find", "--no-python-downloads", "--system", version]
    # pyenv makes an interpreter available only if its version is requested.
    found = _run(command, {"PYENV_VERSION": version})
    return found.stdout.strip() if found.returncode == 0 else None


def _run(
    command: list[str], settings: Mapping[str, str], given: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings}
    return subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)


def _prune(into: Path) -> None:
    """Delete what a function never reads and what depends on the machine that built it."""
    (into / ".lock").unlink(missing_ok=True)
    # Console scripts begin with the path of the interpreter that installed them.
    shutil.rmtree(into / "bin", ignore_errors=True)
    for record in into.glob("*.dist-info/RECORD"):
        record.unlink()
