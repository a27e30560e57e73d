"""Read the policies of what is deployed: of roles, and of buckets, queues and topics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.world import World


class Policies:
    """Reads the policies of the local cloud."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of_role(self, role: str) -> list[Any]:
        """Return the documents of a role (name or ARN), inline and attached; none if the role no longer exists."""
        try:
            return list(self._documents(role.rsplit("/", 1)[-1]))
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchEntity":
                raise
            return []

    def _documents(self, role: str) -> Iterator[Any]:
        iam = self._world.client("iam")
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            yield _parsed(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            yield _parsed(found["Document"])

    def of_resource(self, arn: str) -> Any:  # noqa: ANN401 - a policy document
        """Return the policy of a bucket (or of an object's bucket), queue or topic; None without one, and for the rest."""
        service, name = arn.split(":")[2], arn.rsplit(":", 1)[-1]
        try:
            if service == "s3":
                bucket = name.partition("/")[0]
                return _parsed(self._world.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])
            if service == "sqs":
                sqs = self._world.client("sqs")
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
                return _parsed(found.get("Attributes", {}).get("Policy"))
            if service == "sns":
                found = self._world.client("sns").get_topic_attributes(TopicArn=arn)
                return _parsed(found["Attributes"].get("Policy"))
        except ClientError:
            return None  # without a policy, or deleted
        return None


def _parsed(document: Any) -> Any:  # noqa: ANN401 - as JSON or parsed
    return json.loads(unquote(document)) if isinstance(document, str) else document
