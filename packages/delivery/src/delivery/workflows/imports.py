"""Check the directions of imports between the packages of the repository and inside each of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

MAY_IMPORT: Mapping[str, Sequence[str]] = {
    "crackling": (),
    "crackling_aws": ("crackling",),
    "crackling_lambdas": ("crackling", "crackling_aws"),
    "crackling_worker": ("crackling", "crackling_aws"),
    "crackling_infra": ("crackling_aws.names", "crackling.ncbi"),
    "delivery": ("crackling_aws.names",),
    "localcloud": (),
    "layer_recipes": (),
}
"""For each package, what it may import of the others: packages or single modules."""


class Imports:
    """The imports between the modules of several packages, each a pair of full names."""

    def __init__(self, packages: Sequence[Path]) -> None:
        self._modules = {name: path for folder in packages for name, path in _modules(folder)}
        self.pairs = sorted(
            {(name, used) for name, path in self._modules.items() for used in self._imported(name, path)}
        )

    def forbidden(self, rules: Mapping[str, Sequence[str]] = MAY_IMPORT) -> list[tuple[str, str]]:
        """Return the imports between packages that no rule allows."""
        return [
            (module, used)
            for module, used in self.pairs
            if _package(module) != _package(used)
            and not any(f"{used}.".startswith(f"{allowed}.") for allowed in rules[_package(module)])
        ]

    def cycle(self) -> list[str] | None:
        """Return parts of a package that import each other in a circle, the first one again at the end; None if there are none.

        The parts of a package are its folders and the modules beside them. What a package's own __init__.py imports does not
        count: it names what users import, and loads it when they use it.
        """
        graph: dict[str, set[str]] = {}
        for module, used in self.pairs:
            if module != _package(module) and _part(module) != _part(used):
                graph.setdefault(_part(module), set()).add(_part(used))
        done: set[str] = set()
        for part in graph:
            found = _find_cycle(part, graph, (), done)
            if found:
                return found
        return None

    def _imported(self, name: str, path: Path) -> Iterator[str]:
        """Yield the modules of these packages that a module imports, also those that it imports for its types only."""
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{name} has a relative import"
                # What is imported may itself be a module.
                inside = [f"{node.module}.{alias.name}" for alias in node.names]
                names = [each if each in self._modules else str(node.module) for each in inside]
            else:
                continue
            yield from (each for each in names if each in self._modules)


def packages(root: Path) -> list[Path]:
    """Return the folders of the repository's Python packages."""
    sources = (*root.glob("packages/*/src/*/__init__.py"), *root.glob("packages/layers/*/__init__.py"))
    return sorted(path.parent for path in sources)


def _modules(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob("*.py"):
        name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
        yield name.removesuffix(".__init__"), path


def _package(module: str) -> str:
    return module.partition(".")[0]


def _part(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _find_cycle(
    part: str, graph: Mapping[str, set[str]], way: tuple[str, ...], done: set[str]
) -> list[str] | None:
    """Return the first cycle that a path from this part runs into; `done` collects parts that lead to none."""
    if part in way:
        return [*way[way.index(part) :], part]
    if part not in done:
        for after in sorted(graph.get(part, ())):
            found = _find_cycle(after, graph, (*way, part), done)
            if found:
                return found
        done.add(part)
    return None
