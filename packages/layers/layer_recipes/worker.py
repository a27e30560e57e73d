"""Build the worker's payload: what init.sh needs to turn a plain machine into a worker.

    init.sh  units/  requirements.txt (from the lock; the machine downloads them)  wheels/ (ours, with the compiled kernel)

A new image is needed when the digest of this tree changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import lock, tree
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY, Recipe

if TYPE_CHECKING:
    from layer_recipes.target import Target

_CRACKLING: Final = REPOSITORY / "packages/crackling"
_AWS: Final = REPOSITORY / "packages/crackling_aws"
_WORKER: Final = REPOSITORY / "packages/ec2_worker"
_REQUIREMENTS: Final = ("crackling", "boto3")
# The parts of a package that go into its wheel; changes of tests and documentation need no new image.
_OF_A_WHEEL: Final = ("pyproject.toml", "README.md", "src")
_PACKAGES: Final = {_CRACKLING: (*_OF_A_WHEEL, "LICENSE", "native"), _AWS: _OF_A_WHEEL, _WORKER: _OF_A_WHEEL}


def build(target: Target, into: Path) -> None:
    shutil.copy2(_WORKER / "init.sh", into)
    shutil.copytree(_WORKER / "units", into / "units")
    (into / "requirements.txt").write_text(lock.export(*_REQUIREMENTS))
    (into / "wheels").mkdir()
    for package, parts in _PACKAGES.items():
        with tempfile.TemporaryDirectory() as scratch:
            _make_wheel(_copy(package, parts, Path(scratch, package.name)), target, into / "wheels")


def inputs(_target: Target) -> list[Path | str]:
    parts = [package / part for package, parts in _PACKAGES.items() for part in parts]
    machine = [_WORKER / "init.sh", _WORKER / "units"]
    return [*machine, *parts, lock.export(*_REQUIREMENTS)]


def _copy(package: Path, parts: tuple[str, ...], into: Path) -> Path:
    into.mkdir()
    for part in parts:
        if (package / part).is_dir():
            tree.copy_sources(package / part, into / part)
        else:
            shutil.copyfile(package / part, into / part)
    return into


def _make_wheel(package: Path, target: Target, into: Path) -> None:
    kernel = package / "native/compile.py"
    if kernel.exists():
        _run([sys.executable, str(kernel), "--target", target.compiler], package, {})
    # The wheel's tag names the platform, which sysconfig lets a cross-compiling build override.
    settings = {"_PYTHON_HOST_PLATFORM": f"linux-{target.machine}"}
    _run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(into)],
        package,
        settings,
    )


def _run(command: list[str], folder: Path, settings: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RecipeError(f"{' '.join(command)} failed:\n{done.stderr.strip()}")


WORKER: Final = Recipe("worker", build, inputs, lambda target: Path("worker") / target.arch)
