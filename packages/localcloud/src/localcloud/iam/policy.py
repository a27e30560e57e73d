"""Decide whether policy statements allow or deny an action on a resource. Conditions are not evaluated."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localcloud.iam.calls import Call
    from localcloud.world import World


@dataclass(frozen=True)
class Statement:
    """One statement of a role's policies. A denial with a condition is ignored."""

    allow: bool
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditional: bool

    def matches(self, call: Call) -> bool:
        return any(_fits(a.lower(), call.action.lower()) for a in self.actions) and any(
            _fits(resource, call.resource) for resource in self.resources
        )


@cache
def _pattern(wildcards: str) -> re.Pattern[str]:
    return re.compile(
        "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in wildcards), re.DOTALL
    )


def _fits(wildcards: str, value: str) -> bool:
    return _pattern(wildcards).fullmatch(value) is not None


def allowed(statements: Iterable[Statement], call: Call) -> bool:
    """Apply IAM's rule: some statement allows the call and none denies it."""
    hits = [statement for statement in statements if statement.matches(call)]
    denied = any(not hit.allow and not hit.conditional for hit in hits)
    return any(hit.allow for hit in hits) and not denied


def statements_of(world: World, role: str) -> list[Statement]:
    """Return all statements of a role (name or ARN), inline and attached; none if the role no longer exists."""
    try:
        documents = list(_documents(world, role.rsplit("/", 1)[-1]))
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return []
    return [statement for document in documents for statement in parse(document)]


def _documents(world: World, role: str) -> Iterator[Any]:
    iam = world.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def parse(document: Any) -> list[Statement]:  # noqa: ANN401 - a policy document, as JSON or parsed
    if isinstance(document, str):
        document = json.loads(unquote(document))
    return [
        Statement(
            allow=statement["Effect"] == "Allow",
            actions=_several(statement.get("Action")),
            resources=_several(statement.get("Resource", "*")),
            conditional="Condition" in statement,
        )
        for statement in _list(document["Statement"])
    ]


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]


def _several(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(str(item) for item in _list(value or []))
