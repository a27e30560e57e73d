"""List every tree that a deployment consists of: one recipe per layer, and one for the functions' own code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import bowtie2, elf, lock, tree, wheels
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY, Recipe, layer
from layer_recipes.worker import WORKER

if TYPE_CHECKING:
    from layer_recipes.target import Target

_CRACKLING: Final = REPOSITORY / "packages/crackling"
_AWS: Final = REPOSITORY / "packages/crackling_aws"
_LAMBDAS: Final = REPOSITORY / "packages/lambdas/src/crackling_lambdas"
_KERNEL: Final = Path("crackling/_kernel.so")


def _build_crackling(target: Target, into: Path) -> None:
    """Build the science and the AWS adapters, with the kernel compiled for Lambda's C library."""
    python = into / "python"
    wheels.install(lock.export("crackling"), target, python)
    for sources in (_CRACKLING / "src/crackling", _AWS / "src/crackling_aws"):
        tree.copy_sources(sources, python / sources.name)
    command = [sys.executable, str(_CRACKLING / "native/compile.py"), "--target", target.compiler]
    command += ["--output", str(python / _KERNEL)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RecipeError(f"the kernel does not compile for {target.compiler}:\n{done.stderr.strip()}")


def _inputs_of_crackling(_target: Target) -> list[Path | str]:
    return [lock.export("crackling"), _CRACKLING / "src", _CRACKLING / "native", _AWS / "src"]


def _build_viennarna(target: Target, into: Path) -> None:
    """Install ViennaRNA without its debugging symbols, which are four fifths of the wheel."""
    wheels.install(lock.export("viennarna"), target, into / "python")
    for library in (into / "python").rglob("*.so*"):
        library.write_bytes(elf.packed(library.read_bytes()))


def _build_functions(_target: Target, into: Path) -> None:
    """Copy the functions' own code, one small tree that all functions share; the layers hold what it imports."""
    tree.copy_sources(_LAMBDAS, into / _LAMBDAS.name)


def _of_wheels(name: str) -> Recipe:
    return layer(
        name,
        lambda target, into: wheels.install(lock.export(name), target, into / "python"),
        lambda _target: [lock.export(name)],
    )


LAYERS: Final = (
    layer("crackling", _build_crackling, _inputs_of_crackling),
    layer("viennarna", _build_viennarna, lambda _target: [lock.export("viennarna")]),
    layer("bowtie2", bowtie2.build, bowtie2.inputs),
    _of_wheels("runtime"),
)
# Lambda's Python runtime includes boto3, so it is never deployed; this tree serves where functions run elsewhere.
BOTO3: Final = _of_wheels("boto3")
FUNCTIONS: Final = Recipe(
    "functions", _build_functions, lambda _target: [_LAMBDAS], lambda _target: Path("lambdas")
)
RECIPES: Final = {recipe.name: recipe for recipe in (*LAYERS, BOTO3, FUNCTIONS, WORKER)}
