"""Read the imports of a package's modules, for the tests that keep imports in one direction."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def imports(package: Path) -> Iterator[tuple[str, str]]:
    """Yield each module of a package with each module that it imports, both by their full names."""
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((module, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{module} has a relative import"
                # What is imported may itself be a module.
                yield from ((module, f"{node.module}.{alias.name}") for alias in node.names)
