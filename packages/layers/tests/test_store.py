from __future__ import annotations

from typing import TYPE_CHECKING, Never

import pytest

from layer_recipes import store
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import Recipe, layer
from layer_recipes.target import Target

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("a==1")
    return path


@pytest.fixture
def recipe(source: Path) -> Recipe:
    def build(_target: Target, into: Path) -> None:
        (into / "copy.txt").write_text(source.read_text())

    return layer("example", build, lambda _target: [source])


def test_a_tree_is_built_once_until_an_input_changes(recipe: Recipe, source: Path, tmp_path: Path) -> None:
    target = Target()
    first, second = (store.bring(recipe, target, tmp_path / "build") for _ in range(2))
    assert (first.new, second.new) == (True, False)
    assert first.path == tmp_path / "build/layers/cp313-x86_64/example"
    source.write_text("a==2")
    third = store.bring(recipe, target, tmp_path / "build")
    assert third.new
    assert (third.path / "copy.txt").read_text() == "a==2"


def test_each_target_has_its_own_tree(recipe: Recipe, tmp_path: Path) -> None:
    paths = {store.bring(recipe, Target(arch=arch), tmp_path).path for arch in ("x86_64", "arm64")}
    assert len(paths) == 2
    assert all(path.is_dir() for path in paths)


def test_a_removed_tree_is_built_again(recipe: Recipe, tmp_path: Path) -> None:
    path = store.bring(recipe, Target(), tmp_path).path
    (path / "copy.txt").unlink()
    path.rmdir()
    assert store.bring(recipe, Target(), tmp_path).new


def test_a_failed_build_leaves_no_tree_that_looks_finished(source: Path, tmp_path: Path) -> None:
    def build(_target: Target, into: Path) -> Never:
        (into / "half").write_text("")
        raise RecipeError("no disk")

    recipe = layer("example", build, lambda _target: [source])
    for _ in range(2):
        with pytest.raises(RecipeError, match="no disk"):
            store.bring(recipe, Target(), tmp_path)
    assert not (tmp_path / recipe.folder(Target())).exists()
