"""Change sets: what CloudFormation says it would do, which depends on the values of properties and on changes made by hand.

A change set is created, read and deleted, but never executed; the role for previews has no permission to execute one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from delivery.program import DeliveryError
from delivery.stacks.assembly import template_file
from delivery.waiting import SYSTEM_CLOCK, Clock, error_code, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_cloudformation.type_defs import DescribeChangeSetOutputTypeDef, ResourceChangeTypeDef

    from delivery.aws import Aws

_EMPTY = ("didn't contain changes", "No updates are to be performed")


def marker(stack: str) -> str:
    return f"<!-- crackling-change-set: {stack} -->"


@dataclass(frozen=True)
class ChangeSets:
    aws: Aws
    clock: Clock = SYSTEM_CLOCK

    def describe(self, assembly: Path, stack: str) -> str:
        """Return what a deployment of the assembly would do to the deployed stack, as the Markdown of a comment.

        Raises:
            DeliveryError: CloudFormation rejects the template, or does not answer in time.
        """
        head = f"{marker(stack)}\n## `{stack}` compared with what is deployed\n\n"
        template = template_file(assembly, stack).read_bytes()
        name = f"preview-{hashlib.sha256(template).hexdigest()[:16]}-{self.clock.time():.0f}"
        bucket, key = self._bucket(), f"preview/{name}.json"
        self.aws.s3.put_object(Bucket=bucket, Key=key, Body=template)
        try:
            lines = self._changes(stack, name, self._address(bucket, key))
        except ClientError as error:
            if error_code(error) == "ValidationError" and "does not exist" in str(error):
                return head + "Not deployed yet.\n"
            raise
        finally:
            self.aws.s3.delete_object(Bucket=bucket, Key=key)
        return head + ("".join(f"- {line}\n" for line in lines) or "Nothing would change.\n")

    def _changes(self, stack: str, name: str, template: str) -> list[str]:
        self.aws.cloudformation.create_change_set(
            StackName=stack,
            ChangeSetName=name,
            ChangeSetType="UPDATE",
            TemplateURL=template,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        )
        try:
            lines = wait_until(
                lambda: self._lines_when_ready(stack, name),
                f"change set of {stack}",
                seconds=600,
                clock=self.clock,
            )
        finally:
            self.aws.cloudformation.delete_change_set(StackName=stack, ChangeSetName=name)
        return lines

    def _lines_when_ready(self, stack: str, name: str) -> list[str] | None:
        answer = self.aws.cloudformation.describe_change_set(StackName=stack, ChangeSetName=name)
        status = answer["Status"]
        if status == "FAILED":
            reason = answer.get("StatusReason", "")
            if any(text in reason for text in _EMPTY):
                return []
            raise DeliveryError(f"{stack}: CloudFormation rejects the template: {reason}")
        return self._lines(stack, name, answer) if status == "CREATE_COMPLETE" else None

    def _lines(self, stack: str, name: str, answer: DescribeChangeSetOutputTypeDef) -> list[str]:
        changes = list(answer.get("Changes", []))
        while "NextToken" in answer:
            answer = self.aws.cloudformation.describe_change_set(
                StackName=stack, ChangeSetName=name, NextToken=answer["NextToken"]
            )
            changes += answer.get("Changes", [])
        told = [_line(change["ResourceChange"]) for change in changes if "ResourceChange" in change]
        return [line for _, line in sorted(told)]

    def _address(self, bucket: str, key: str) -> str:
        """Return an object's address in the bucket's own region: the one without a region does not work everywhere."""
        region = self.aws.s3.meta.region_name
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"https://{bucket}.s3.{region}.{domain}/{key}"

    def _bucket(self) -> str:
        """Return the name of the CDK's bucket, from the stack of its bootstrap."""
        found = self.aws.cloudformation.describe_stack_resource(
            StackName="CDKToolkit", LogicalResourceId="StagingBucket"
        )
        return found["StackResourceDetail"]["PhysicalResourceId"]


def _line(change: ResourceChangeTypeDef) -> tuple[int, str]:
    """Return the line for a change, with its rank: removals come first."""
    action, replacement = change["Action"], change.get("Replacement", "False")
    name = f"`{change['LogicalResourceId']}` ({change['ResourceType']})"
    if action == "Remove":
        return 0, f"**removed**: {name}"
    if action == "Modify" and replacement != "False":
        return (1, f"**replaced**: {name}") if replacement == "True" else (2, f"**may be replaced**: {name}")
    return 3, f"{'added' if action == 'Add' else 'changed'}: {name}"
