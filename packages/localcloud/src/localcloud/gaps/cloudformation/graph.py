"""Determine the order in which a template's resources must be created."""

from __future__ import annotations

import re
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUBSTITUTION = re.compile(r"\$\{([^!}.]+)")


def creation_order(resources: dict[str, Any]) -> list[str]:
    """Return logical ids, each after all that it refers to (Ref, GetAtt, Sub) or depends on. Raises CycleError."""
    return list(TopologicalSorter(_graph(resources)).static_order())


def circular(resources: dict[str, Any]) -> list[str]:
    """Return the logical ids that are in a cycle or between two; none if the resources can be created."""
    graph = _graph(resources)
    while True:
        needed = set().union(*graph.values())
        ends = {name for name, needs in graph.items() if not needs or name not in needed}
        if not ends:
            return list(graph)
        graph = {name: needs - ends for name, needs in graph.items() if name not in ends}


def _graph(resources: dict[str, Any]) -> dict[str, set[str]]:
    return {name: _needs(definition) & resources.keys() for name, definition in sorted(resources.items())}


def _needs(definition: dict[str, Any]) -> set[str]:
    depends = definition.get("DependsOn", [])
    return {*([depends] if isinstance(depends, str) else depends), *_references(definition)}


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item.split(".")[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                yield from _SUBSTITUTION.findall(item if isinstance(item, str) else item[0])
                yield from _references(item)
            else:
                yield from _references(item)
