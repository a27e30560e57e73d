"""Acknowledge the rules of the template checkers that do not apply to a resource, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

if TYPE_CHECKING:
    from constructs import IConstruct


def acknowledge(construct: IConstruct, reason: str, *rules: str) -> None:
    """Record for cdk-nag that `construct` and everything below it break `rules` on purpose, and why."""
    cdk.Validations.of(construct).acknowledge(*(cdk.Acknowledgment(id=rule, reason=reason) for rule in rules))


def logical_id(resource: IConstruct) -> str:
    """Return the resource's name in its template, which findings about references contain."""
    child = resource.node.default_child
    assert isinstance(child, cdk.CfnElement), resource.node.path
    return cdk.Stack.of(resource).get_logical_id(child)
