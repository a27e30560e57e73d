"""Test that the local cloud runs what the other packages build without importing any of them."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import localcloud

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(localcloud.__file__).parent
# pytest is what localcloud.skips is a plugin of; nothing else imports it.
EMULATOR = {"botocore", "joserfc", "moto", "werkzeug", "_typeshed", "pytest"}


def imports(folder: Path) -> Iterator[str]:
    """Yield the names of all modules that the files in a folder import."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path} has a relative import"
                yield str(node.module)


def foreign(folder: Path) -> set[str]:
    """Return the top-level modules that are imported and are neither the standard library's nor localcloud."""
    return {name.split(".")[0] for name in imports(folder)} - sys.stdlib_module_names - {"localcloud"}


def test_nothing_but_the_emulators_base_is_imported() -> None:
    assert foreign(PACKAGE) <= EMULATOR


def test_the_stand_ins_need_the_standard_library_only() -> None:
    assert not foreign(PACKAGE / "standins")
    own = {name for name in imports(PACKAGE / "standins") if name.startswith("localcloud")}
    assert all(name.startswith("localcloud.standins") for name in own)
    # Importing them imports the package first.
    assert len(ast.parse((PACKAGE / "__init__.py").read_text("utf-8")).body) == 1
