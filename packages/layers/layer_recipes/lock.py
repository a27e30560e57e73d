"""Return the requirements of a layer: names from its group in pyproject.toml, versions and hashes from the lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY

LOCK: Final = REPOSITORY / "requirements.lock"
_PROJECT: Final = Path(__file__).parents[1] / "pyproject.toml"
_ENTRY: Final = re.compile(r"^([a-z0-9-]+)==.*(?:\n    --hash=.*)*\n", re.MULTILINE)


def names(group: str) -> list[str]:
    """Return the names of the packages in a dependency group of this project."""
    requirements = tomllib.loads(_PROJECT.read_text("utf-8"))["dependency-groups"][group]
    return [requirement.partition(";")[0] for requirement in requirements]


def export(*groups: str) -> str:
    """Return the requirements of the groups as a requirements file that lists each package once.

    Raises:
        RecipeError: the lock lacks a package.
    """
    wanted = {name for group in groups for name in names(group)}
    entries = [match for match in _ENTRY.finditer(LOCK.read_text("utf-8")) if match[1] in wanted]
    if missing := wanted - {entry[1] for entry in entries}:
        raise RecipeError(f"{LOCK.name} lacks {', '.join(sorted(missing))}: run `./scripts/test -s lock`")
    return "".join(entry[0] for entry in entries)
