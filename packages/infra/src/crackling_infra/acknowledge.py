"""Rules of the templates' checkers that do not apply at a resource, each with its reason beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Record for cdk-nag that `rules` are broken at `construct` (and below) on purpose, and why."""
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=rule, reason=reason) for rule in rules))


def logical_id(resource: IConstruct) -> str:
    """The name of a resource in its template: findings about references contain it."""
    child = resource.node.default_child
    assert isinstance(child, cdk.CfnElement), resource.node.path
    return cdk.Stack.of(resource).get_logical_id(child)
