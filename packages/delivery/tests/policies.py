"""Decide, as IAM does, what a role of the account's template may do: for statements that allow, with few conditions."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from delivery.account.template import template

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT, REGION = "123456789012", "eu-west-1"
_VALUES = {"${AWS::Partition}": "aws", "${AWS::Region}": REGION, "${AWS::AccountId}": ACCOUNT}
NOTHING: Mapping[str, str] = {}


def text(value: Any) -> str:
    """Return a value of the template as CloudFormation would make it."""
    found = str(value["Fn::Sub"] if isinstance(value, dict) else value)
    for name, one in _VALUES.items():
        found = found.replace(name, one)
    return found


def role_statements(role: str, **options: Any) -> list[dict[str, Any]]:
    properties = template(**options)["Resources"][f"{role}Role"]["Properties"]
    return [one for policy in properties["Policies"] for one in policy["PolicyDocument"]["Statement"]]


def allows(
    statements: list[dict[str, Any]], action: str, resource: str, context: Mapping[str, str] = NOTHING
) -> bool:
    """Return whether the statements allow an action on a resource, and none denies it."""
    effects = {one["Effect"] for one in statements if _applies(one, action, resource, context)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        _named(statement, "Action", action.lower(), lower=True)
        and _named(statement, "Resource", resource)
        and all(
            _holds(operator, key, wanted, context)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _named(statement: dict[str, Any], key: str, value: str, *, lower: bool = False) -> bool:
    negated = f"Not{key}" in statement
    patterns = [text(one) for one in _list(statement[f"Not{key}" if negated else key])]
    found = any(fnmatchcase(value, one.lower() if lower else one) for one in patterns)
    return found != negated


def _holds(operator: str, key: str, wanted: Any, context: Mapping[str, str]) -> bool:
    patterns = [text(one) for one in _list(wanted)]
    present = key in context
    found = present and any(fnmatchcase(context[key], one) for one in patterns)
    if operator in ("StringEquals", "StringLike", "ArnLike", "ArnEquals"):
        return found
    assert operator in ("StringNotEquals", "StringNotLike", "ArnNotLike", "ArnNotEquals"), operator
    return not found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
