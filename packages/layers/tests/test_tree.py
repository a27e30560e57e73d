from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from layer_recipes import tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/code.py").write_text("1")
    (tmp_path / "a/start").write_text("2")
    (tmp_path / "a/start").chmod(0o700)
    return tmp_path / "a"


def test_the_digest_is_of_names_modes_and_contents_only(root: Path, tmp_path: Path) -> None:
    before = tree.digest(root)
    os.utime(root / "start", (1, 1))
    root.rename(tmp_path / "elsewhere")
    assert tree.digest(tmp_path / "elsewhere") == before


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "b/code.py").write_text("other"),
        lambda root: (root / "b/code.py").rename(root / "b/other.py"),
        lambda root: (root / "start").chmod(0o600),
        lambda root: (root / "more").write_text(""),
        lambda root: (root / "start").unlink(),
    ],
)
def test_any_change_that_a_zip_would_show_changes_the_digest(root: Path, change: Any) -> None:
    before = tree.digest(root)
    change(root)
    assert tree.digest(root) != before


def test_what_use_leaves_is_neither_copied_nor_counted(root: Path, tmp_path: Path) -> None:
    before = tree.digest(root, without=tree.LEFT_BY_USE)
    for left in ("__pycache__/code.pyc", "b/_kernel.so", "x.egg-info/PKG-INFO"):
        (root / left).parent.mkdir(exist_ok=True)
        (root / left).write_text("")
    assert tree.digest(root, without=tree.LEFT_BY_USE) == before
    tree.copy_sources(root, tmp_path / "copy")
    assert tree.digest(tmp_path / "copy") == before


def test_settled_trees_have_the_same_modes_and_dates(root: Path) -> None:
    tree.settle(root)
    found = {path.name: (path.stat().st_mode & 0o777, path.stat().st_mtime) for path in root.rglob("*")}
    dates = {date for _, date in found.values()}
    assert {name: mode for name, (mode, _) in found.items()} == {"b": 0o755, "code.py": 0o644, "start": 0o755}
    assert len(dates) == 1
