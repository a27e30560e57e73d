"""Define what a recipe is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from layer_recipes.target import Target

REPOSITORY: Final = Path(__file__).parents[3]


@dataclass(frozen=True)
class Recipe:
    """Hold how a tree is built, which files, folders and facts it is built from, and where in the build folder it goes."""

    name: str
    build: Callable[[Target, Path], None]
    inputs: Callable[[Target], Iterable[Path | str]]
    folder: Callable[[Target], Path]


def layer(
    name: str, build: Callable[[Target, Path], None], inputs: Callable[[Target], Iterable[Path | str]]
) -> Recipe:
    return Recipe(name, build, inputs, lambda target: Path("layers") / target.folder / name)
