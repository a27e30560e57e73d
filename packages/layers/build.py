"""Build the layers, the functions' code and the worker's payload: `build.py [--python 3.13] [--arch x86_64] [NAME...]`.

Needs neither Docker nor a compiler on this machine; trees that are up to date are left alone. The trees are
BUILD/layers/cp313-x86_64/NAME for a layer, BUILD/lambdas for the functions' code and BUILD/worker/x86_64 for the payload.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from layer_recipes import store, tree
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY
from layer_recipes.recipes import RECIPES
from layer_recipes.target import add_arguments, chosen

if TYPE_CHECKING:
    from layer_recipes.target import Target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RECIPES)}; default: all")
    parser.add_argument("--without", action="append", default=[], choices=RECIPES, metavar="NAME")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "build", help="the build folder")
    add_arguments(parser)
    arguments = parser.parse_args()
    unknown = [name for name in arguments.names if name not in RECIPES]
    if unknown:
        parser.error(f"no recipe {unknown[0]}: there are {', '.join(RECIPES)}")
    for name in arguments.names or RECIPES:
        if name not in arguments.without:
            try:
                _bring(name, chosen(arguments), arguments.out)
            except RecipeError as error:
                sys.stderr.write(f"{name}: {error}\n")
                return 1
    return 0


def _bring(name: str, target: Target, out: Path) -> None:
    start = time.monotonic()
    built = store.bring(RECIPES[name], target, out)
    spent = f"built in {time.monotonic() - start:.1f} s" if built.new else "up to date"
    sys.stdout.write(f"{name:10} {tree.size(built.path) / 1e6:7.1f} MB  {spent:16}  {built.path}\n")


if __name__ == "__main__":
    sys.exit(main())
