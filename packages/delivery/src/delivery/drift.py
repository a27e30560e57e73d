"""What is not as this repository says: resources changed beside CloudFormation, and templates not deployed from main."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from delivery.github import LIMIT
from delivery.preview.difference import compare
from delivery.preview.markdown import markdown
from delivery.program import DeliveryError
from delivery.stacks.assembly import template_of
from delivery.stacks.cloudformation import Stacks
from delivery.waiting import REAL, Clock, patiently, until

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
    """Of a stack: the lines of a list, and the difference to the assembly as Markdown ("" for none)."""

    stack: str
    resources: tuple[str, ...]
    difference: str

    def __bool__(self) -> bool:
        return bool(self.resources or self.difference)

    def __str__(self) -> str:
        lines = "".join(f"- {line}\n" for line in self.resources)
        changed = f"\n### Changed beside CloudFormation\n\n{lines}" if self.resources else ""
        other = f"\n### Deployed is another template\n\n{self.difference}" if self.difference else ""
        return f"## `{self.stack}`\n{changed}{other}"


@dataclass(frozen=True)
class Detector:
    cloudformation: CloudFormationClient
    clock: Clock = REAL

    def detect(self, stack: str, assembly: Path) -> Drift:
        """Compare what is there with what CloudFormation has made, and that with the assembly.

        Raises:
            DeliveryError: the stack is not deployed, or CloudFormation could not look at it.
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
        detection = patiently(
            lambda: self.cloudformation.detect_stack_drift(StackName=stack), stack, clock=self.clock
        )["StackDriftDetectionId"]
        until(
            lambda: self._ended(stack, detection),
            f"drift detection of {stack}",
            seconds=DETECTION_SECONDS,
            every=10,
            clock=self.clock,
        )
        return patiently(lambda: self._drifts(stack), stack, clock=self.clock)

    def _ended(self, stack: str, detection: str) -> bool | None:
        answer = self.cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=detection)
        if answer["DetectionStatus"] == "DETECTION_FAILED":
            raise DeliveryError(
                f"{stack}: CloudFormation could not detect drift: {answer.get('DetectionStatusReason', '')}"
            )
        return True if answer["DetectionStatus"] == "DETECTION_COMPLETE" else None

    def _drifts(self, stack: str) -> list[str]:
        # botocore has no paginator for this call.
        answer = self._page(stack, None)
        found = list(answer["StackResourceDrifts"])
        while token := answer.get("NextToken"):
            answer = self._page(stack, token)
            found += answer["StackResourceDrifts"]
        return sorted(map(_line, found))

    def _page(self, stack: str, token: str | None) -> DescribeStackResourceDriftsOutputTypeDef:
        request: DescribeStackResourceDriftsInputTypeDef = {
            "StackName": stack,
            "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"],
        }
        if token:
            request["NextToken"] = token
        return self.cloudformation.describe_stack_resource_drifts(**request)


def _line(drift: StackResourceDriftTypeDef) -> str:
    name = f"`{drift['LogicalResourceId']}` ({drift['ResourceType']})"
    if drift["StackResourceDriftStatus"] == "DELETED":
        return f"**deleted**: {name}"
    places = sorted(one["PropertyPath"] for one in drift.get("PropertyDifferences", []))
    return f"changed: {name}: {', '.join(places)}"
