from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from delivery.aws import Aws
from delivery.preview.change_sets import ChangeSets
from fakes.client import FakeClient, FakeClock, refusal

if TYPE_CHECKING:
    from pathlib import Path


class FakeS3(FakeClient):
    service = "s3"

    def __init__(self, objects: dict[str, bytes]) -> None:
        super().__init__(lambda _name, _when: None)
        self.objects = objects
        self.meta = SimpleNamespace(
            region_name="ap-east-1"
        )  # a region that the address without one does not reach

    def _put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        assert Key.startswith("preview/"), "the role may write nowhere else"
        self.objects[f"https://{Bucket}.s3.ap-east-1.amazonaws.com/{Key}"] = Body

    def _delete_object(self, Bucket: str, Key: str) -> None:
        del self.objects[f"https://{Bucket}.s3.ap-east-1.amazonaws.com/{Key}"]


class FakeChangeSets(FakeClient):
    """One change set at a time, which takes a while; none is ever executed, for there is no such call."""

    service = "cloudformation"

    def __init__(self, world: ChangeSetWorld) -> None:
        super().__init__(lambda _name, _when: None)
        self._world = world
        self._made: float | None = None

    def _describe_stack_resource(self, StackName: str, LogicalResourceId: str) -> dict[str, Any]:
        assert (StackName, LogicalResourceId) == ("CDKToolkit", "StagingBucket")
        return {
            "StackResourceDetail": {
                "LogicalResourceId": LogicalResourceId,
                "PhysicalResourceId": "bucket",
                "ResourceType": "AWS::S3::Bucket",
                "LastUpdatedTimestamp": 0,
                "ResourceStatus": "CREATE_COMPLETE",
            }
        }

    def _create_change_set(self, StackName: str, TemplateURL: str, **_others: Any) -> None:
        assert TemplateURL in self._world.objects
        if not self._world.deployed:
            raise refusal("ValidationError", "CreateChangeSet", f"Stack [{StackName}] does not exist")
        self._made = self._world.clock.now

    def _describe_change_set(
        self, StackName: str, ChangeSetName: str, NextToken: str = "0"
    ) -> dict[str, Any]:
        assert self._made is not None
        if self._world.clock.now < self._made + 30:
            return {"Status": "CREATE_IN_PROGRESS"}
        if self._world.refused:
            return {"Status": "FAILED", "StatusReason": self._world.refused}
        page = int(NextToken)
        more = {"NextToken": str(page + 1)} if page + 1 < len(self._world.changes) else {}
        return {"Status": "CREATE_COMPLETE", "Changes": self._world.changes[page : page + 1], **more}

    def _delete_change_set(self, StackName: str, ChangeSetName: str) -> None:
        self._made = None

    @property
    def open(self) -> bool:
        return self._made is not None


@dataclass
class ChangeSetWorld:
    deployed: bool = True
    refused: str = ""
    changes: list[dict[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    clock: FakeClock = field(default_factory=FakeClock)

    def describe(self, assembly: Path, stack: str) -> str:
        cloudformation = FakeChangeSets(self)
        try:
            aws = Aws(*cast("Any", [None, None, cloudformation, FakeS3(self.objects), None]))
            return ChangeSets(aws, self.clock).describe(assembly, stack)
        finally:
            assert not cloudformation.open, "no change set is left behind"
            assert self.objects == {}, "and no template"
