"""Report what functions did without permission, and which permissions they did not use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from localcloud.iam.evaluator import ALWAYS, Question
from localcloud.world import ACCOUNT, PARTITION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localcloud.iam.calls import Call
    from localcloud.iam.evaluator import PolicyEvaluator
    from localcloud.iam.principals import Principal


@dataclass(frozen=True, order=True)
class Finding:
    """A finding about a function's role: a call that it does not allow, or a grant that no call used."""

    function: str
    action: str
    resource: str


@dataclass(frozen=True)
class IamReport:
    """A report in which `denied` must be empty. `unused` depends on the calls made, so read it after a whole run.

    The evaluator evaluates actions, resources, conditions, and the policies of buckets, queues and topics.
    """

    denied: tuple[Finding, ...]
    unused: tuple[Finding, ...]


NEVER_SEEN = ("logs:", "xray:")
"""Lambda itself makes these calls, not the functions' code."""

_BY_POLLER = (
    "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes",
    "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams",
)  # fmt: skip
"""Lambda's poller makes these with the function's role; the pump makes them with the developer's credentials."""


@dataclass(frozen=True)
class _Grant:
    """One action of a statement that allows it. `sid` names it to the evaluator."""

    sid: str
    action: str
    resources: str


def make_report(
    recorded: Iterable[tuple[Principal, Call]],
    principals: Iterable[Principal],
    evaluator: PolicyEvaluator,
    *,
    of_role: Callable[[str], list[Any]],
    of_resource: Callable[[str], Any],
) -> IamReport:
    """Evaluate the calls by the roles of all `principals`, including those that made no call. Raises EvaluationError.

    `of_role` returns the documents of a role's policies, `of_resource` the policy of a resource, or None.
    """
    calls = sorted(recorded, key=lambda made: (made[0].name, made[0].role, made[1]))
    everybody = sorted(
        {*principals, *(principal for principal, _ in calls)}, key=lambda one: (one.name, one.role)
    )
    policies: dict[str, Any] = {}
    grants: dict[str, list[_Grant]] = {}
    for role in {one.role for one in everybody}:
        policies[role], grants[role] = _named_grants(of_role(role))
    policies |= {
        name: document
        for name in {_owner(call.resource) for _, call in calls} - {"*"}
        if (document := of_resource(name))
    }
    verdicts = evaluator.evaluate(
        policies, [_question(principal, call, policies) for principal, call in calls]
    )
    denied = set()
    used: dict[Principal, set[str]] = defaultdict(set)
    for (principal, call), verdict in zip(calls, verdicts, strict=True):
        used[principal] |= verdict.by
        if not verdict.allowed:
            denied.add(Finding(principal.name, call.action, call.resource))
    unused = {
        Finding(one.name, grant.action, grant.resources)
        for one in everybody
        for grant in grants[one.role]
        if grant.sid not in used[one] and not _by_lambda(grant.action)
    }
    return IamReport(tuple(sorted(denied)), tuple(sorted(unused)))


def _by_lambda(action: str) -> bool:
    return action.startswith(NEVER_SEEN) or action in _BY_POLLER


def _question(principal: Principal, call: Call, policies: dict[str, Any]) -> Question:
    role, owner = principal.role, _owner(call.resource)
    return Question(
        role if role.startswith("arn:") else f"arn:{PARTITION}:iam::{ACCOUNT}:role/{role}",
        call.action,
        call.resource,
        ALWAYS | dict(call.context),
        (role,),
        attached=owner if owner in policies else None,
    )


def _owner(resource: str) -> str:
    """Return the ARN of what may have a policy: that of the bucket for an object, else that of the resource."""
    return resource.partition("/")[0] if resource.startswith(f"arn:{PARTITION}:s3:") else resource


def _named_grants(documents: Iterable[Any]) -> tuple[dict[str, Any], list[_Grant]]:
    """Return one policy for all documents, with a statement for each allowed action, and what each such statement grants."""
    statements: list[Any] = []
    grants: list[_Grant] = []
    for given in (one for document in documents for one in _several(document["Statement"])):
        if given["Effect"] != "Allow" or "Action" not in given:
            statements.append({**given, "Sid": f"other{len(statements)}"})
            continue
        for action in _several(given["Action"]):
            sid = f"grant{len(grants)}"
            resources = ", ".join(_several(given.get("Resource", "*")))
            grants.append(_Grant(sid, action, resources))
            statements.append({**given, "Sid": sid, "Action": action})
    return {"Version": "2012-10-17", "Statement": statements}, grants


def _several(value: Any) -> list[Any]:  # noqa: ANN401
    return value if isinstance(value, list) else [value]
