"""Stacks as CloudFormation has them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from delivery.program import DeliveryError
from delivery.waiting import SYSTEM_CLOCK, Clock, wait_until, with_retries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

    from delivery.stacks.assembly import Template

DELETE_SECONDS = 30 * 60.0


@dataclass(frozen=True)
class Stacks:
    cloudformation: CloudFormationClient
    clock: Clock = SYSTEM_CLOCK

    def status(self, stack: str) -> str | None:
        """Return the status of a stack, as CloudFormation names it; None if there is no such stack."""
        found = with_retries(lambda: self._found(stack), stack, clock=self.clock)
        return found[0]["StackStatus"] if found else None

    def outputs(self, stack: str) -> dict[str, str]:
        """Return the outputs of a deployed stack.

        Raises:
            DeliveryError: there is no such stack.
        """
        found = with_retries(lambda: self._found(stack), stack, clock=self.clock)
        if not found:
            raise DeliveryError(f"{stack}: no such stack in this account and region")
        return {output["OutputKey"]: output["OutputValue"] for output in found[0].get("Outputs", [])}

    def template(self, stack: str) -> Template | None:
        """Return the deployed template, as it was submitted; None if there is no such stack."""
        if self.status(stack) is None:
            return None
        body: Any = with_retries(
            lambda: self.cloudformation.get_template(StackName=stack, TemplateStage="Original"),
            stack,
            clock=self.clock,
        )["TemplateBody"]
        template: Template = json.loads(body) if isinstance(body, str) else dict(body)
        return template

    def destroy(self, stack: str) -> None:
        """Delete a stack, whatever its state, and wait until it is gone; do nothing if there is none.

        Raises:
            DeliveryError: CloudFormation could not delete it.
        """
        if self.status(stack) is None:
            return
        with_retries(lambda: self.cloudformation.delete_stack(StackName=stack), stack, clock=self.clock)
        wait_until(
            lambda: self._is_deleted(stack),
            f"deletion of {stack}",
            seconds=DELETE_SECONDS,
            every=10,
            clock=self.clock,
        )

    def _is_deleted(self, stack: str) -> bool | None:
        found = self._found(stack)
        if found and found[0]["StackStatus"] == "DELETE_FAILED":
            reason = found[0].get("StackStatusReason", "no reason was given")
            raise DeliveryError(f"{stack} could not be deleted: {reason}")
        return None if found else True

    def _found(self, stack: str) -> Sequence[StackTypeDef]:
        try:
            found = self.cloudformation.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            answer = error.response["Error"]
            if answer["Code"] == "ValidationError" and "does not exist" in answer["Message"]:
                return []
            raise
        return [one for one in found if one["StackStatus"] != "DELETE_COMPLETE"]
