"""List the permissions in a template, one by one, so that a policy that is only written differently compares equal."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.stacks.assembly import Template

_DOCUMENTS = ("AssumeRolePolicyDocument", "PolicyDocument", "KeyPolicy", "ResourcePolicy")


@dataclass(frozen=True, order=True)
class Permission:
    """One effect of one action on one resource for one principal under one condition, which is "" if there is none."""

    who: str
    effect: str
    action: str
    resource: str
    condition: str

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"

    def __str__(self) -> str:
        when = f" if {self.condition}" if self.condition else ""
        return f"{self.effect} {self.who}: {self.action} on {self.resource}{when}"


def permissions(template: Template) -> frozenset[Permission]:
    """Return what a template's roles, policies, resource policies, function permissions and network rules allow or deny."""
    return frozenset(
        permission
        for name, resource in template.get("Resources", {}).items()
        for permission in _of_resource(name, resource["Type"], resource.get("Properties", {}))
    )


def _of_resource(name: str, kind: str, properties: dict[str, Any]) -> Iterator[Permission]:
    if kind == "AWS::Lambda::Permission":
        yield Permission(
            _text(properties.get("Principal")),
            "Allow",
            _text(properties.get("Action")),
            _text(properties.get("FunctionName")),
            _text(properties.get("SourceArn", "")),
        )
    elif kind in ("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress"):
        for rule in properties.get(
            "SecurityGroupIngress", [properties] if "IpProtocol" in properties else []
        ):
            yield _of_network(name, rule)
    for policy in properties.get("Policies", []) if isinstance(properties.get("Policies"), list) else []:
        if isinstance(policy, dict):
            yield from _of_document(name, name, policy.get("PolicyDocument"))
    for arn in properties.get("ManagedPolicyArns", []):
        yield Permission(name, "Allow", "managed policy", _text(arn), "")
    holders = [_text(role) for role in properties.get("Roles", [])] if "PolicyDocument" in properties else []
    for document in _DOCUMENTS:
        for holder in holders or [name]:
            yield from _of_document(holder, name, properties.get(document))


def _of_document(holder: str, owner: str, document: Any) -> Iterator[Permission]:  # noqa: ANN401
    if not isinstance(document, dict):
        return
    for statement in _list(document.get("Statement")):
        negated = [key for key in ("NotAction", "NotResource", "NotPrincipal") if key in statement]
        mark = "".join(f" ({key})" for key in negated)
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        condition = _text(statement["Condition"]) if "Condition" in statement else ""
        for who in _principals(principal) or [holder]:
            for action in _list(statement.get("Action", statement.get("NotAction"))):
                # A trust policy names no resource: it applies to its role.
                for resource in _list(statement.get("Resource", statement.get("NotResource", owner))):
                    yield Permission(
                        who,
                        statement.get("Effect", "Allow"),
                        _text(action) + mark,
                        _text(resource),
                        condition,
                    )


def _of_network(name: str, rule: dict[str, Any]) -> Permission:
    ports = f"{rule.get('FromPort', 'all')}-{rule.get('ToPort', 'all')}"
    source = rule.get("CidrIp", rule.get("CidrIpv6", rule.get("SourceSecurityGroupId", "?")))
    return Permission(_text(source), "Allow", f"network {rule.get('IpProtocol')} {ports}", name, "")


def _principals(principal: Any) -> list[str]:  # noqa: ANN401
    if isinstance(principal, dict):
        return [_text(one) for kind in principal.values() for one in _list(kind)]
    return [] if principal is None else [_text(principal)]


def _list(value: Any) -> list[Any]:  # noqa: ANN401
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:  # noqa: ANN401
    """Return a value as readable text: `Ref`, `GetAtt`, `Join` and `Sub` in short."""
    if isinstance(value, dict) and len(value) == 1:
        function, argument = next(iter(value.items()))
        if function == "Ref":
            return str(argument)
        if function == "Fn::GetAtt":
            return ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
        if function == "Fn::Join":
            return str(argument[0]).join(map(_text, argument[1]))
        if function == "Fn::Sub" and isinstance(argument, str):
            return argument
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
