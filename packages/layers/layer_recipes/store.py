"""Trees in the build folder, each built again only where its inputs have changed."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from layer_recipes import tree

if TYPE_CHECKING:
    from layer_recipes.recipe import Recipe
    from layer_recipes.target import Target

_CODE: Final = Path(__file__).parent


@dataclass(frozen=True)
class Built:
    """A finished tree, and whether it had to be made now."""

    path: Path
    new: bool


def bring(recipe: Recipe, target: Target, build: Path) -> Built:
    """The recipe's tree in a build folder; it appears whole or not at all."""
    path = build / recipe.folder(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        # Another process may be building the same tree: it is then there when the lock is free.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _brought(recipe, target, path)


def _brought(recipe: Recipe, target: Target, path: Path) -> Built:
    # Beside the tree, not in it: it is no part of what is deployed.
    stamp = path.with_name(f"{path.name}.inputs")
    inputs = _digest(recipe, target)
    if path.is_dir() and stamp.is_file() and stamp.read_text() == inputs:
        return Built(path, new=False)
    unfinished = path.with_name(f"{path.name}.unfinished")
    for old in (unfinished, path):
        shutil.rmtree(old, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    unfinished.mkdir(parents=True)
    recipe.build(target, unfinished)
    tree.settle(unfinished)
    unfinished.rename(path)
    stamp.write_text(inputs)
    return Built(path, new=True)


def _digest(recipe: Recipe, target: Target) -> str:
    """Of the target, of the recipes themselves, and of all that this one reads."""
    facts = [str(target)]
    for given in (*sorted(_CODE.glob("*.py")), *recipe.inputs(target)):
        if isinstance(given, str):
            facts.append(given)
        elif given.is_dir():
            facts.append(tree.digest(given, without=tree.LEFT_BY_USE))
        else:
            facts.append(hashlib.sha256(given.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
