"""Compile DynamoDB's condition and update expressions, as far as the stores use them, to functions.

An unknown construct raises, so a store cannot come to rely on one that this does not know.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

Attribute = Mapping[str, Any]
Item = Mapping[str, Attribute]
Operand = Callable[[Item, "Scope"], Any]
Condition = Callable[[Item, "Scope"], bool]
MISSING = object()

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),]|[#:]?\w+)")
_COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Scope:
    """Hold what names and values stand for in one request."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.names = request.get("ExpressionAttributeNames", {})
        self.values = request.get("ExpressionAttributeValues", {})

    def name(self, token: str) -> str:
        return self.names[token] if token.startswith("#") else token


def value(attribute: Any) -> Any:
    if attribute is MISSING:
        return MISSING
    ((kind, raw),) = attribute.items()
    return (kind, float(raw)) if kind == "N" else (kind, raw)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._at = 0

    def condition(self) -> Condition:
        found = self._any()
        if self._at != len(self._tokens):
            raise NotImplementedError(f"left over: {self._tokens[self._at :]}")
        return found

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self, expected: str | None = None) -> str:
        token = self._peek()
        if expected is not None and token != expected:
            raise NotImplementedError(f"{token} where {expected} is expected")
        self._at += 1
        return token

    def _any(self) -> Condition:
        terms = [self._all()]
        while self._peek() == "OR":
            self._next()
            terms.append(self._all())
        return lambda item, scope: any(term(item, scope) for term in terms)

    def _all(self) -> Condition:
        terms = [self._one()]
        while self._peek() == "AND":
            self._next()
            terms.append(self._one())
        return lambda item, scope: all(term(item, scope) for term in terms)

    def _one(self) -> Condition:
        if self._peek() == "(":
            self._next()
            inner = self._any()
            self._next(")")
            return inner
        if self._peek() in ("attribute_exists", "attribute_not_exists", "begins_with"):
            return self._function(self._next())
        left = self._operand()
        token = self._next()
        if token == "IN":
            options = list(self._list())
            return lambda item, scope: any(
                _equal(left(item, scope), option(item, scope)) for option in options
            )
        if token == "BETWEEN":
            low = self._operand()
            self._next("AND")
            high = self._operand()
            return lambda item, scope: low(item, scope) <= left(item, scope) <= high(item, scope)
        compare = _COMPARE[token]
        right = self._operand()
        return lambda item, scope: _compare(compare, left(item, scope), right(item, scope))

    def _function(self, name: str) -> Condition:
        self._next("(")
        path = self._next()
        if name == "begins_with":
            self._next(",")
            prefix = self._operand()
            self._next(")")
            return lambda item, scope: item[scope.name(path)]["S"].startswith(prefix(item, scope)[1])
        self._next(")")
        wanted = name == "attribute_exists"
        return lambda item, scope: (scope.name(path) in item) is wanted

    def _list(self) -> Iterator[Operand]:
        self._next("(")
        yield self._operand()
        while self._next() == ",":
            yield self._operand()

    def _operand(self) -> Operand:
        token = self._next()
        if token.startswith(":"):
            return lambda _item, scope: value(scope.values[token])
        return lambda item, scope: value(item.get(scope.name(token), MISSING))


def _equal(left: Any, right: Any) -> bool:
    return left is not MISSING and left == right


def _compare(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if MISSING in (left, right):
        return compare is operator.ne
    return compare(left, right) if left[0] == right[0] else compare is operator.ne


@cache
def condition(text: str) -> Condition:
    return _Parser(text).condition()


Update = Callable[[dict[str, Any], Scope], None]
_SECTION = re.compile(r"\b(SET|REMOVE|ADD)\b")
_ASSIGNMENT = re.compile(r"(#?\w+)\s*=\s*(?:(:\w+)|if_not_exists\((#?\w+),\s*(:\w+)\))$")


@cache
def update(text: str) -> Update:
    parts = _SECTION.split(text)
    if parts[0].strip():
        raise NotImplementedError(parts[0])
    steps = [
        step
        for section, body in zip(parts[1::2], parts[2::2], strict=True)
        for step in map(_STEPS[section], re.split(r",(?![^(]*\))", body.strip()))
    ]

    def apply(item: dict[str, Any], scope: Scope) -> None:
        for step in steps:
            step(item, scope)

    return apply


def _set(clause: str) -> Update:
    found = _ASSIGNMENT.match(clause.strip())
    if found is None:
        raise NotImplementedError(clause)
    path, plain, existing, default = found.groups()

    def step(item: dict[str, Any], scope: Scope) -> None:
        kept = item.get(scope.name(existing)) if existing else None
        item[scope.name(path)] = scope.values[plain] if plain else kept or scope.values[default]

    return step


def _remove(clause: str) -> Update:
    return lambda item, scope: item.pop(scope.name(clause.strip()), None)


def _add(clause: str) -> Update:
    path, token = clause.split()

    def step(item: dict[str, Any], scope: Scope) -> None:
        name, added = scope.name(path), scope.values[token]
        if "SS" in added:
            item[name] = {"SS": sorted({*item.get(name, {"SS": []})["SS"], *added["SS"]})}
        else:
            total = float(item.get(name, {"N": "0"})["N"]) + float(added["N"])
            item[name] = {"N": f"{total:g}" if total != int(total) else str(int(total))}

    return step


_STEPS = {"SET": _set, "REMOVE": _remove, "ADD": _add}
