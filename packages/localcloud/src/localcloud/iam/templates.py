"""Read the roles and policies of a CloudFormation template, as questions for the evaluator, without deploying it.

References are replaced by what they could be in an account: a name that the template gives, else the logical id.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from localcloud.iam.evaluator import ALWAYS, Question
from localcloud.world import ACCOUNT, PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from localcloud.world import Properties

REGION = "us-east-1"
_ARNS = {
    "AWS::DynamoDB::Table": f"dynamodb:{REGION}:{ACCOUNT}:table/",
    "AWS::IAM::ManagedPolicy": f"iam::{ACCOUNT}:policy/",
    "AWS::IAM::Role": f"iam::{ACCOUNT}:role/",
    "AWS::KMS::Key": f"kms:{REGION}:{ACCOUNT}:key/",
    "AWS::Lambda::Function": f"lambda:{REGION}:{ACCOUNT}:function:",
    "AWS::Logs::LogGroup": f"logs:{REGION}:{ACCOUNT}:log-group:",
    "AWS::S3::Bucket": "s3:::",
    "AWS::SNS::Topic": f"sns:{REGION}:{ACCOUNT}:",
    "AWS::SQS::Queue": f"sqs:{REGION}:{ACCOUNT}:",
}
_NAMES = (
    "BucketName",
    "FunctionName",
    "LogGroupName",
    "ManagedPolicyName",
    "QueueName",
    "RoleName",
    "TableName",
    "TopicName",
)
_NAMED_BY_ARN = ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy")  # a Ref gives the ARN, not the name
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": PARTITION,
    "AWS::Region": REGION,
    "AWS::URLSuffix": "amazonaws.com",
}
# The type of a resource's policy -> the property that names what it is attached to.
_ATTACHED = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SNS::TopicPolicy": "Topics",
}


class Roles:
    """The roles of a template, and the policies of its resources."""

    def __init__(self, template: Mapping[str, Any], parameters: Mapping[str, str] | None = None) -> None:
        self._resources: dict[str, Any] = template["Resources"]
        defaults = {
            name: found.get("Default", name) for name, found in template.get("Parameters", {}).items()
        }
        self._values = {**defaults, **_PSEUDO, **(parameters or {})}
        self.policies: dict[str, Any] = {}
        """Every policy by the name that a question has for it."""
        self._of_role: dict[str, list[str]] = {name: [] for name in self._of("AWS::IAM::Role")}
        self._boundaries: dict[str, str] = {}
        self._of_resource: dict[str, str] = {}
        self._read_roles()
        self._read_policies()
        self._read_resources()

    def __iter__(self) -> Iterator[str]:
        """Yield the logical id of each role."""
        return iter(self._of_role)

    def question(self, role: str, action: str, resource: str, context: Mapping[str, str]) -> Question:
        """Return the question whether a role may do this, with its boundary and the policy of the resource."""
        bucket = resource.partition("/")[0] if resource.startswith(f"arn:{PARTITION}:s3:::") else resource
        return Question(
            self.arn(role),
            action,
            resource,
            ALWAYS | dict(context),
            tuple(self._of_role[role]),
            self._boundaries.get(role),
            self._of_resource.get(bucket),
        )

    def by_service(self, service: str, action: str, resource: str, context: Mapping[str, str]) -> Question:
        """Return the question whether a resource's policy lets a service of AWS do this."""
        bucket = resource.partition("/")[0]
        return Question(
            service, action, resource, ALWAYS | dict(context), attached=self._of_resource.get(bucket)
        )

    def arn(self, logical: str) -> str:
        """Return the ARN of a resource."""
        return f"arn:{PARTITION}:{_ARNS[self._resources[logical]['Type']]}{self.name(logical)}"

    def name(self, logical: str) -> str:
        """Return the name of a resource."""
        found = self._resources[logical]
        given = next(
            (found["Properties"][key] for key in _NAMES if key in found.get("Properties", {})), logical
        )
        name = str(self.resolve(given))
        return name.lower() if found["Type"] == "AWS::S3::Bucket" else name

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any part of a template
        """Return a part of the template with its references replaced. Raises ValueError for a function that is not known."""
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            [(function, argument)] = value.items()
            if function == "Ref":
                return self._reference(argument)
            if function.startswith("Fn::"):
                return self._function(function, argument)
        return {key: self.resolve(item) for key, item in value.items()}

    def _function(self, function: str, argument: Any) -> str:  # noqa: ANN401
        if function == "Fn::GetAtt":
            logical, attribute = argument.split(".") if isinstance(argument, str) else argument
            return self._attribute(logical, attribute)
        if function == "Fn::Join":
            return str(argument[0]).join(str(part) for part in self.resolve(argument[1]))
        if function == "Fn::Sub" and isinstance(argument, str):
            return re.sub(r"\$\{([^}!]+)\}", lambda found: self._named(found[1]), argument)
        raise ValueError(f"{function} in a policy: localcloud.iam.templates does not know it")

    def _named(self, name: str) -> str:
        logical, _, attribute = name.partition(".")
        return self._attribute(logical, attribute) if attribute else self._reference(name)

    def _reference(self, name: str) -> str:
        if name in self._values:
            return str(self._values[name])
        return self.arn(name) if self._resources[name]["Type"] in _NAMED_BY_ARN else self.name(name)

    def _attribute(self, logical: str, attribute: str) -> str:
        if attribute == "StreamArn":
            return f"{self.arn(logical)}/stream/2026-01-01T00:00:00.000"
        if attribute in ("Arn", "TopicArn", "PolicyArn"):
            # The ARN of a group of logs ends so, which covers its streams.
            return self.arn(logical) + (
                ":*" if self._resources[logical]["Type"] == "AWS::Logs::LogGroup" else ""
            )
        return f"{logical}-{attribute}"

    def _of(self, kind: str) -> dict[str, Properties]:
        return {
            name: one.get("Properties", {}) for name, one in self._resources.items() if one["Type"] == kind
        }

    def _read_roles(self) -> None:
        for logical, role in self._of("AWS::IAM::Role").items():
            for policy in role.get("Policies", []):
                self._add(
                    logical, f"{logical}/{policy['PolicyName']}", self.resolve(policy["PolicyDocument"])
                )
            for arn in self.resolve(role.get("ManagedPolicyArns", [])):
                self._add(logical, arn, self._managed(arn))
            if boundary := self.resolve(role.get("PermissionsBoundary")):
                self.policies[boundary] = self._managed(boundary)
                self._boundaries[logical] = boundary

    def _managed(self, arn: str) -> Any:  # noqa: ANN401
        """Return a managed policy of the template or of AWS."""
        for logical, policy in self._of("AWS::IAM::ManagedPolicy").items():
            if self.arn(logical) == arn:
                return self.resolve(policy["PolicyDocument"])
        return _of_aws()[arn.rpartition("/")[2]]["Document"]

    def _read_policies(self) -> None:
        for logical, policy in self._of("AWS::IAM::Policy").items():
            for role in policy["Roles"]:
                self._add(role["Ref"], logical, self.resolve(policy["PolicyDocument"]))

    def _read_resources(self) -> None:
        for kind, names in _ATTACHED.items():
            for logical, policy in self._of(kind).items():
                self.policies[logical] = self.resolve(policy["PolicyDocument"])
                resources = policy[names] if isinstance(policy[names], list) else [policy[names]]
                self._of_resource |= {self.arn(resource["Ref"]): logical for resource in resources}

    def _add(self, role: str, name: str, document: Any) -> None:  # noqa: ANN401
        self.policies[name] = document
        self._of_role[role].append(name)


@cache
def _of_aws() -> dict[str, Any]:
    """Return AWS's own managed policies by name, as moto has them."""
    found: dict[str, Any] = json.loads(aws_managed_policies_data)
    return found
