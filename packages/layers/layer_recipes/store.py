"""Keep trees in the build folder, and rebuild a tree only if its inputs have changed."""

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
    """A finished tree, and whether it was built just now."""

    path: Path
    new: bool


def bring(recipe: Recipe, target: Target, build: Path) -> Built:
    """Return the recipe's tree in the build folder, building it if needed; it appears whole or not at all."""
    path = build / recipe.folder(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        # Another process may be building the same tree; it is finished once the lock is free.
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _brought(recipe, target, path)


def _brought(recipe: Recipe, target: Target, path: Path) -> Built:
    # Stored beside the tree, not in it, because it must not be deployed.
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
    """Return the digest of the target, the recipes' own code, and all inputs of this recipe."""
    facts = [str(target)]
    for given in (*sorted(_CODE.glob("*.py")), *recipe.inputs(target)):
        if isinstance(given, str):
            facts.append(given)
        elif given.is_dir():
            facts.append(tree.digest(given, without=tree.LEFT_BY_USE))
        else:
            facts.append(hashlib.sha256(given.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()
