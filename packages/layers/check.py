"""Check the built layers against what Lambda allows: `check.py [--python 3.13] [--arch x86_64]`.

The checks cover sizes, the libraries and symbols that native code needs, imports under the functions' Python, and whether
a second build gives the same bytes. Prints one line per finding; the exit status is 1 if there are any.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import checks, tree, wheels
from layer_recipes.recipe import REPOSITORY
from layer_recipes.recipes import RECIPES
from layer_recipes.target import add_arguments, chosen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from layer_recipes.target import Target

# The modules that each tree must make importable; this project's own packages are imported completely.
_IMPORTS: Final = {
    "crackling": ["crackling.*", "crackling_aws.*"],
    "viennarna": ["RNA"],
    "runtime": ["aws_lambda_powertools.event_handler", "aws_xray_sdk.core", "pydantic"],
    "boto3": ["boto3"],
    "functions": ["crackling_lambdas.*"],
}
_NOT_IN_LAMBDA: Final = ("boto3", "worker")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--without", action="append", default=[], choices=RECIPES, metavar="NAME")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build", help="the build folder")
    add_arguments(parser)
    arguments = parser.parse_args()
    target = chosen(arguments)
    wanted = [recipe for recipe in RECIPES.values() if recipe.name not in arguments.without]
    trees = {recipe.name: arguments.out / recipe.folder(target) for recipe in wanted}
    missing = [path for path in trees.values() if not path.is_dir()]
    findings = [f"{path} is not built" for path in missing] or list(_findings(trees, target))
    sys.stdout.writelines(f"WRONG      {finding}\n" for finding in findings)
    return 1 if findings else 0


def _findings(trees: Mapping[str, Path], target: Target) -> Iterator[str]:
    for name, path in trees.items():
        _say(name, f"{tree.size(path) / 1e6:.1f} MB, {tree.digest(path)}")
        yield from checks.foreign_libraries(path, target)
        yield from checks.other_bytes(RECIPES[name], target, path)
    yield from checks.too_large([path for name, path in trees.items() if name not in _NOT_IN_LAMBDA])
    if "bowtie2" in trees and platform.machine() == target.machine:
        yield from checks.broken_bowtie2(trees["bowtie2"])
    yield from _imports(trees, target)


def _imports(trees: Mapping[str, Path], target: Target) -> Iterator[str]:
    """Import the packages under the target's Python. Where there is none, say so; in continuous integration that is a finding."""
    if platform.machine() != target.machine:
        _say("imports", f"not tried: this machine cannot run programs for {target.arch}")
        return
    python = wheels.interpreter(target.python)
    if python is None:
        remedy = f"`uv python install {target.python}` brings it"
        missing = f"imports are not tried: no Python {target.python} on this machine; {remedy}"
        if os.environ.get("CI"):
            yield missing
        else:
            _say("imports", missing)
        return
    folders = [
        path if name == "functions" else path / "python" for name, path in trees.items() if name != "worker"
    ]
    words = [word for name in trees for word in _IMPORTS.get(name, ())]
    yield from checks.broken_imports(python, folders, words)
    _say("imports", f"{', '.join(words)} under {python}")


def _say(name: str, fact: str) -> None:
    sys.stdout.write(f"{name:10} {fact}\n")


if __name__ == "__main__":
    sys.exit(main())
