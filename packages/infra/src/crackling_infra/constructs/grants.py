"""Grant a role access to resources: never to more than one table, queue, prefix or parameter at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from crackling_infra.acknowledge import acknowledge, logical_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_s3 as s3


def allow(
    role: iam.IRole,
    actions: list[str],
    *resources: str,
    conditions: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    statement = iam.PolicyStatement(actions=actions, resources=list(resources), conditions=conditions)
    role.add_to_principal_policy(statement)


def allow_objects(role: iam.IRole, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
    """Allow S3 object `actions` ("GetObject", ...) on the keys that begin with `prefix` and no others."""
    allow(role, [f"s3:{action}" for action in actions], bucket.arn_for_objects(f"{prefix}*"))
    acknowledge(
        role,
        f"The objects of jobs and genomes come and go: the key's prefix {prefix} is as narrow as can be.",
        f"AwsSolutions-IAM5[Resource::<{logical_id(bucket)}.Arn>/{prefix}*]",
    )


def allow_listing(role: iam.IRole, bucket: s3.Bucket, prefix: str) -> None:
    """Allow listing below `prefix`, by which a missing object is told from a denied one: S3 answers 403 for both."""
    conditions = {"StringLike": {"s3:prefix": f"{prefix}*"}}
    allow(role, ["s3:ListBucket"], bucket.bucket_arn, conditions=conditions)


def allow_parameter(role: iam.IRole, name: str) -> None:
    """Allow reading the SSM parameter `name`, which may belong to another stack or to the operator."""
    arn = Stack.of(role).format_arn(
        service="ssm",
        resource="parameter",
        resource_name=name.removeprefix("/"),
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
    allow(role, ["ssm:GetParameter"], arn)
