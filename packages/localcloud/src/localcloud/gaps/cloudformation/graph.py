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
    graph = {name: _needs(definition) & resources.keys() for name, definition in sorted(resources.items())}
    return list(TopologicalSorter(graph).static_order())


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
