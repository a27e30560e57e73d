"""Packages for another Python and processor than this machine's: from wheels, or else compiled."""

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
    words = ["--python-platform", target.wheels, "--python-version", target.python]
    _install(["--only-binary", ":all:", *words], {}, requirements, target, into)


def compile_sources(requirements: Path, target: Target, into: Path) -> None:
    """Compile what a requirements file pins, with zig and the headers of this machine's Python.

    Raises:
        RecipeError: there is no such Python here, or it does not compile.
    """
    python = interpreter(target.python)
    if python is None:
        needs = f"install Python {target.python}, whose headers it takes"
        raise RecipeError(f"{requirements.name} must be compiled for {target.folder}: {needs}")
    compiler = f"{sys.executable} -m ziglang cc -target {target.compiler}"
    settings = {
        "CC": compiler,
        "CFLAGS": "-O3 -DNDEBUG -g0",
        "LDSHARED": f"{compiler} -shared -s",
        "SETUPTOOLS_EXT_SUFFIX": f".cpython-{target.python.replace('.', '')}-{target.machine}-linux-gnu.so",
        "_PYTHON_HOST_PLATFORM": f"linux-{target.machine}",
    }
    # uv's cache would give what is compiled here for one processor to another.
    words = ["--no-cache", "--python", python, "--build-constraints", str(REQUIREMENTS / "compile.txt")]
    for pin in pins(requirements):
        words += ["--no-binary", pin.partition("==")[0]]
    _install(words, settings, requirements, target, into)


def pins(requirements: Path) -> list[str]:
    """The lines of a requirements file that are not comments."""
    return [line for line in requirements.read_text().splitlines() if line and not line.startswith("#")]


def interpreter(version: str) -> str | None:
    """This machine's interpreter of a Python version, if it has one."""
    command = [*_UV, "python", "find", "--no-python-downloads", "--system", version]
    # Where pyenv manages the interpreters, it shows only the versions that it is asked for.
    found = _run(command, {"PYENV_VERSION": version})
    return found.stdout.strip() if found.returncode == 0 else None


def _install(
    words: list[str], settings: Mapping[str, str], requirements: Path, target: Target, into: Path
) -> None:
    command = [*_UV, "pip", "install", "--quiet", "--no-deps", "--no-compile-bytecode", "--link-mode", "copy"]
    command += [*words, "--target", str(into), "--requirement", str(requirements)]
    done = _run(command, settings)
    if done.returncode:
        raise RecipeError(f"{requirements.name} for {target.folder}: {done.stderr.strip()}")
    _prune(into)


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
