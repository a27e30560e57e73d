"""Find drift: resources that were changed without CloudFormation, and stacks that were not deployed from this repository."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery.account.inspection import UNSEEN
from delivery.github import LIMIT
from delivery.preview.difference import compare
from delivery.preview.markdown import markdown
from delivery.program import DeliveryError
from delivery.stacks.assembly import template_of
from delivery.stacks.cloudformation import Stacks
from delivery.waiting import SYSTEM_CLOCK, Clock, wait_until, with_retries

if TYPE_CHECKING:
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeStackResourceDriftsInputTypeDef,
        DescribeStackResourceDriftsOutputTypeDef,
        StackResourceDriftTypeDef,
    )

DETECTION_SECONDS = 20 * 60.0


@dataclass(frozen=True)
class Drift:
    """The drift of a stack: a line for each resource, and the difference to the assembly as Markdown ("" if there is none)."""

    stack: str
    resources: tuple[str, ...]
    difference: str

    def __bool__(self) -> bool:
        return bool(self.resources or self.difference)

    def __str__(self) -> str:
        lines = "".join(f"- {line}\n" for line in self.resources)
        changed = f"\n### Changed without CloudFormation\n\n{lines}" if self.resources else ""
        other = f"\n### Another template is deployed\n\n{self.difference}" if self.difference else ""
        return f"## `{self.stack}`\n{changed}{other}"


@dataclass(frozen=True)
class Detector:
    cloudformation: CloudFormationClient
    clock: Clock = SYSTEM_CLOCK

    def detect(self, stack: str, assembly: Path) -> Drift:
        """Compare the resources with the deployed template, and that template with the assembly.

        Raises:
            DeliveryError: the stack is not deployed, or CloudFormation could not detect drift.
        """
        deployed = Stacks(self.cloudformation, self.clock).template(stack)
        if deployed is None:
            raise DeliveryError(f"{stack} is not deployed")
        difference = compare(stack, deployed, template_of(assembly, stack))
        return Drift(
            stack,
            tuple(self._resources(stack)),
            markdown(difference, "of main", LIMIT // 2) if difference else "",
        )

    def _resources(self, stack: str) -> list[str]:
        detection = with_retries(
            lambda: self.cloudformation.detect_stack_drift(StackName=stack), stack, clock=self.clock
        )["StackDriftDetectionId"]
        fault = wait_until(
            lambda: self._ended(detection),
            f"drift detection of {stack}",
            seconds=DETECTION_SECONDS,
            every=10,
            clock=self.clock,
        )
        found = with_retries(lambda: self._drifts(stack), stack, clock=self.clock)
        unknown = [one for one in found if one["StackResourceDriftStatus"] == "UNKNOWN"]
        missed = [one for one in unknown if not _is_unseen(one)]
        # One resource that could not be read is enough to fail the detection.
        if missed or (fault and not unknown):
            reasons = "; ".join(
                f"{one['LogicalResourceId']}: {one.get('DriftStatusReason', 'unknown')}" for one in missed
            )
            raise DeliveryError(f"{stack}: CloudFormation could not detect drift: {reasons or fault}")
        return sorted(_line(one) for one in found if one not in unknown)

    def _ended(self, detection: str) -> str | None:
        """Return the fault of a detection, "" if it had none; None while it runs."""
        answer = self.cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if answer["DetectionStatus"] == "DETECTION_FAILED":
            return answer.get("DetectionStatusReason", "no reason was given")
        return "" if answer["DetectionStatus"] == "DETECTION_COMPLETE" else None

    def _drifts(self, stack: str) -> list[StackResourceDriftTypeDef]:
        # botocore has no paginator for this call.
        answer = self._page(stack, None)
        found = list(answer["StackResourceDrifts"])
        while token := answer.get("NextToken"):
            answer = self._page(stack, token)
            found += answer["StackResourceDrifts"]
        return found

    def _page(self, stack: str, token: str | None) -> DescribeStackResourceDriftsOutputTypeDef:
        request: DescribeStackResourceDriftsInputTypeDef = {
            "StackName": stack,
            "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED", "UNKNOWN"],
        }
        if token:
            request["NextToken"] = token
        return self.cloudformation.describe_stack_resource_drifts(**request)


def _is_unseen(drift: StackResourceDriftTypeDef) -> bool:
    """Return whether the role for inspection is not meant to see a resource."""
    return any(
        drift["ResourceType"] == kind and drift["LogicalResourceId"].startswith(beginning)
        for kind, beginning in UNSEEN
    )


def _line(drift: StackResourceDriftTypeDef) -> str:
    name = f"`{drift['LogicalResourceId']}` ({drift['ResourceType']})"
    if drift["StackResourceDriftStatus"] == "DELETED":
        return f"**deleted**: {name}"
    properties = sorted(one["PropertyPath"] for one in drift.get("PropertyDifferences", []))
    return f"changed: {name}: {', '.join(properties)}"
