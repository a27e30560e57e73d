"""Make statements of IAM policies, and the names in AWS that more than one role of the account needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws import names

if TYPE_CHECKING:
    from collections.abc import Mapping

Statement = dict[str, Any]

ANY = "*"
"""In place of a stage: every stage."""
QUALIFIER = "hnb659fds"
"""The CDK's own, of its bootstrap in this account."""


def arn(
    service: str, resource: str, *, region: str = "${AWS::Region}", account: str = "${AWS::AccountId}"
) -> str:
    """Return the ARN of a resource of this account and region, as text for Fn::Sub."""
    return f"arn:${{AWS::Partition}}:{service}:{region}:{account}:{resource}"


def stack(name: str) -> str:
    """Return the ARN of a stack, whatever its id."""
    return arn("cloudformation", f"stack/{name}/*")


SERVICE, BUILDER = stack(names.service_stack(ANY)), stack(names.builder_stack(ANY))
CDK_BUCKET = arn("s3", f"cdk-{QUALIFIER}-assets-${{AWS::AccountId}}-${{AWS::Region}}", region="", account="")
BOOTSTRAP_VERSION = arn("ssm", f"parameter/cdk-bootstrap/{QUALIFIER}/version")
PUBLIC_IMAGES = arn("ssm", "parameter/aws/service/canonical/*", account="")


def allow(actions: list[str], *resources: str, **condition: Mapping[str, object]) -> Statement:
    """Return a statement that allows actions on resources; `condition` maps operators to keys and values."""
    where = [sub(one) for one in resources]
    return {
        "Effect": "Allow",
        "Action": [sub(one) for one in actions],
        "Resource": where[0] if len(where) == 1 else where,
    } | (
        {"Condition": {operator: _sub_all(keys) for operator, keys in condition.items()}} if condition else {}
    )


def sub(text: str) -> object:
    """Return a text as CloudFormation should read it: with Fn::Sub if it has something to replace."""
    return {"Fn::Sub": text} if "${" in text else text


def _sub_all(keys: Mapping[str, object]) -> dict[str, object]:
    return {key: sub(value) if isinstance(value, str) else value for key, value in keys.items()}
