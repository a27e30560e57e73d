"""Report what functions did without permission, and which permissions they did not use."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.iam.policy import Statement, allowed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localcloud.iam.calls import Call
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

    Statements are compared by action and resource; conditions are not evaluated, nor are resource policies.
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


def make_report(
    recorded: Iterable[tuple[Principal, Call]],
    principals: Iterable[Principal],
    statements_of: Callable[[str], list[Statement]],
) -> IamReport:
    """Compare the calls with the roles of all `principals`, including those that made no call."""
    calls: dict[Principal, set[Call]] = defaultdict(set, {principal: set() for principal in principals})
    for principal, call in recorded:
        calls[principal].add(call)
    denied: set[Finding] = set()
    unused: set[Finding] = set()
    for principal, made in calls.items():
        statements = statements_of(principal.role)
        denied |= {Finding(principal.name, c.action, c.resource) for c in made if not allowed(statements, c)}
        unused |= {Finding(principal.name, *grant) for grant in _unused(statements, made)}
    return IamReport(tuple(sorted(denied)), tuple(sorted(unused)))


def _unused(statements: Iterable[Statement], made: Iterable[Call]) -> Iterable[tuple[str, str]]:
    """Return each action of each Allow statement that no call needed, with the statement's resources."""
    for statement in statements:
        for action in statement.actions if statement.allow else ():
            if action.startswith(NEVER_SEEN) or action in _BY_POLLER:
                continue
            one = Statement(allow=True, actions=(action,), resources=statement.resources, conditional=False)
            if not any(one.matches(call) for call in made):
                yield action, ", ".join(statement.resources)
