from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fakes.client import FakeClient, FakeClock, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.ec2 import FakeEC2

DELETION = 60.0


@dataclass
class Stack:
    template: dict[str, Any]
    outputs: dict[str, str]
    instance: str | None = None
    status: str = "CREATE_COMPLETE"
    deleted: float | None = None


class FakeCloudFormation(FakeClient):
    service = "cloudformation"

    def __init__(self, clock: FakeClock, ec2: FakeEC2, meddle: Callable[[str, str], None]) -> None:
        super().__init__(meddle)
        self.clock, self.ec2 = clock, ec2
        self.stacks: dict[str, Stack] = {}
        self.drifts: list[dict[str, Any]] = []
        self.deletion_fails = False
        self.detection_fails = False
        self._detected: float | None = None

    def living(self) -> list[str]:
        return [name for name, stack in self.stacks.items() if stack.deleted is None]

    def _known(self, name: str, operation: str) -> Stack:
        stack = self.stacks.get(name)
        if stack is None or (
            stack.deleted is not None
            and self.clock.now >= stack.deleted + DELETION
            and not self.deletion_fails
        ):
            raise refusal("ValidationError", operation, f"Stack with id {name} does not exist")
        return stack

    def _describe_stacks(self, StackName: str) -> dict[str, Any]:
        stack = self._known(StackName, "DescribeStacks")
        status = stack.status
        if stack.deleted is not None:
            status = "DELETE_FAILED" if self.deletion_fails else "DELETE_IN_PROGRESS"
        return {
            "Stacks": [
                {
                    "StackName": StackName,
                    "CreationTime": datetime.now(UTC),
                    "StackStatus": status,
                    "StackStatusReason": "a bucket is not empty" if self.deletion_fails else "",
                    "Outputs": [
                        {"OutputKey": key, "OutputValue": value} for key, value in stack.outputs.items()
                    ],
                }
            ]
        }

    def _get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:
        return {"TemplateBody": json.dumps(self._known(StackName, "GetTemplate").template)}

    def _delete_stack(self, StackName: str) -> None:
        stack = self.stacks.get(StackName)
        if stack is not None and stack.deleted is None:
            stack.deleted = self.clock.now
            if stack.instance:
                self.ec2.instances[stack.instance].end_asked = self.clock.now

    def _detect_stack_drift(self, StackName: str) -> dict[str, Any]:
        self._known(StackName, "DetectStackDrift")
        self._detected = self.clock.now
        return {"StackDriftDetectionId": "detection-1"}

    def _describe_stack_drift_detection_status(self, StackDriftDetectionId: str) -> dict[str, Any]:
        assert self._detected is not None
        done = self.clock.now >= self._detected + 60
        unknown = any(one["StackResourceDriftStatus"] == "UNKNOWN" for one in self.drifts)
        ended = "DETECTION_FAILED" if unknown or self.detection_fails else "DETECTION_COMPLETE"
        return {
            "StackId": "stack",
            "StackDriftDetectionId": StackDriftDetectionId,
            "DetectionStatus": ended if done else "DETECTION_IN_PROGRESS",
            "Timestamp": datetime.now(UTC),
        }

    def _describe_stack_resource_drifts(
        self, StackName: str, StackResourceDriftStatusFilters: list[str], NextToken: str = "0"
    ) -> dict[str, Any]:
        wanted = [
            one for one in self.drifts if one["StackResourceDriftStatus"] in StackResourceDriftStatusFilters
        ]
        start = int(NextToken)
        more = {"NextToken": str(start + 1)} if start + 1 < len(wanted) else {}
        return {"StackResourceDrifts": wanted[start : start + 1], **more}
