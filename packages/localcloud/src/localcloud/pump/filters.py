"""Match records with filter patterns of event source mappings, with the operators of Lambda except "wildcard"."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MISSING = object()
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(pattern: dict[str, Any], value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Return whether a record has everything that the pattern requires."""
    for key, wanted in pattern.items():
        if key == "$or":
            if not any(matches(option, value) for option in wanted):
                return False
            continue
        found = value.get(key, _MISSING) if isinstance(value, dict) else _MISSING
        if isinstance(wanted, dict):
            if not matches(wanted, found):
                return False
        elif not any(_fits(rule, found) for rule in wanted):
            return False
    return True


def _fits(rule: Any, found: Any) -> bool:  # noqa: ANN401
    if isinstance(found, list):
        return any(_fits(rule, item) for item in found)
    if isinstance(found, dict):
        return False  # Lambda matches leaves only, so even "exists" does not apply to nested values
    if not isinstance(rule, dict):
        return bool(found == rule and type(found) is type(rule))
    ((name, argument),) = rule.items()
    if name == "exists":
        return (found is not _MISSING) is bool(argument)
    if name == "anything-but":
        return found is not _MISSING and found not in (argument if isinstance(argument, list) else [argument])
    if name == "numeric":
        pairs = zip(argument[::2], argument[1::2], strict=True)
        return isinstance(found, (int, float)) and all(_COMPARE[sign](found, limit) for sign, limit in pairs)
    if not isinstance(found, str):
        return False
    wanted = str(argument)
    if name == "prefix":
        return found.startswith(wanted)
    if name == "suffix":
        return found.endswith(wanted)
    if name == "equals-ignore-case":
        return found.lower() == wanted.lower()
    raise ValueError(f"filter operator {name!r} is not emulated")
