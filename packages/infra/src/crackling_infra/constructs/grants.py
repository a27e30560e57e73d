"""Grant a role access to resources: never to more than one table, queue, prefix, parameter or topic at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from crackling_infra.acknowledge import acknowledge, logical_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs


class Grantee:
    """A program whose settings follow from its grants: each grant adds a variable with the resource's name.

    Subclasses define the first two members. They are not abstract, because constructs of the CDK have a metaclass of their own.
    """

    @property
    def grantee_role(self) -> iam.IRole:
        """Return the role that the program runs with."""
        raise NotImplementedError

    def add_variable(self, variable: str, value: str) -> None:
        """Tell the program a value under the name of a variable."""
        raise NotImplementedError

    def use_table(self, variable: str, table: dynamodb.ITable, *actions: str) -> None:
        """Allow DynamoDB `actions` ("GetItem", ...) on the table itself, never on `*`."""
        self.add_variable(variable, table.table_name)
        allow(self.grantee_role, [f"dynamodb:{action}" for action in actions], table.table_arn)

    def query_index(self, table: dynamodb.ITable, index: str) -> None:
        """Allow queries of an index of a table that `use_table` has named."""
        allow(self.grantee_role, ["dynamodb:Query"], f"{table.table_arn}/index/{index}")

    def use_queue(self, variable: str, queue: sqs.IQueue) -> None:
        """Allow sending to the queue; an event source grants receiving."""
        self.add_variable(variable, queue.queue_url)
        allow(self.grantee_role, ["sqs:SendMessage"], queue.queue_arn)

    def use_objects(self, variable: str, bucket: s3.Bucket, prefix: str, *actions: str) -> None:
        """Allow S3 object `actions` ("GetObject", ...) on the keys that begin with `prefix` and no others."""
        self.add_variable(variable, bucket.bucket_name)
        allow_objects(self.grantee_role, bucket, prefix, *actions)

    def list_objects(self, bucket: s3.Bucket, prefix: str) -> None:
        """Allow listing below `prefix`."""
        allow_listing(self.grantee_role, bucket, prefix)

    def use_parameter(self, variable: str, name: str) -> None:
        """Allow reading the SSM parameter, a secret encrypted with the account's own key for parameters."""
        self.add_variable(variable, name)
        allow_parameter(self.grantee_role, name)

    def use_topic(
        self,
        variable: str,
        topic: sns.ITopic,
        action: str,
        conditions: Mapping[str, Mapping[str, object]] | None = None,
    ) -> None:
        """Allow one SNS action ("Publish", ...) on the topic."""
        self.add_variable(variable, topic.topic_arn)
        allow(self.grantee_role, [f"sns:{action}"], topic.topic_arn, conditions=conditions)


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
