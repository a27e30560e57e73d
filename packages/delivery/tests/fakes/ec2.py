from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fakes.client import FakeClient, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from fakes.client import FakeClock

# Seconds that AWS takes.
VISIBLE, RUNNING, CHECKED, STOPPED, TERMINATED, IMAGE, BOOT = 4.0, 20.0, 150.0, 40.0, 50.0, 400.0, 200.0
NITRO = ("t3.", "t3a.", "t4g.", "m6i.", "r6i.")


@dataclass
class Instance:
    instance_id: str
    image_id: str
    kind: str
    tags: dict[str, str]
    began: float
    user_data: str = ""
    stop_asked: float | None = None
    end_asked: float | None = None

    def state(self, now: float) -> str:
        if self.end_asked is not None:
            return "terminated" if now >= self.end_asked + TERMINATED else "shutting-down"
        if self.stop_asked is not None:
            return "stopped" if now >= self.stop_asked + STOPPED else "stopping"
        return "running" if now >= self.began + RUNNING else "pending"


@dataclass
class ImageRecord:
    image_id: str
    name: str
    made: float
    snapshot: str
    tags: dict[str, str] = field(default_factory=dict)
    fails: bool = False

    def state(self, now: float) -> str:
        if now < self.made + IMAGE:
            return "pending"
        return "failed" if self.fails else "available"


class FakeEC2(FakeClient):
    service = "ec2"

    def __init__(self, clock: FakeClock, meddle: Callable[[str, str], None]) -> None:
        super().__init__(meddle)
        self.clock = clock
        self.instances: dict[str, Instance] = {}
        self.images: dict[str, ImageRecord] = {}
        self.snapshots: dict[str, tuple[float, dict[str, str]]] = {}
        self.templates: dict[str, list[str]] = {}
        self.console = "crackling boot test: passed\n"
        self.healthy = True
        self.images_fail = False
        self._numbers = itertools.count(1)
        self._tokens: dict[str, str] = {}

    # --- instances ---

    def start(self, image_id: str, kind: str, tags: dict[str, str], user_data: str = "") -> str:
        instance_id = f"i-{next(self._numbers):017x}"
        self.instances[instance_id] = Instance(instance_id, image_id, kind, tags, self.clock.now, user_data)
        return instance_id

    def _run_instances(self, **request: Any) -> dict[str, Any]:
        image = self.images.get(request["ImageId"])
        if image is None or image.state(self.clock.now) != "available":
            raise refusal("InvalidAMIID.NotFound", "RunInstances")
        tags = {
            tag["Key"]: tag["Value"]
            for one in request.get("TagSpecifications", [])
            if one["ResourceType"] == "instance"
            for tag in one["Tags"]
        }
        token = request["ClientToken"]
        started = self._tokens.get(token) or self.start(
            image.image_id, request["InstanceType"], tags, request.get("UserData", "")
        )
        self._tokens[token] = started
        return {"Instances": [self._described(self.instances[started])]}

    def _describe_instances(
        self, InstanceIds: list[str] | None = None, Filters: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        found = [self._known(one) for one in InstanceIds] if InstanceIds else list(self.instances.values())
        described = [
            self._described(one)
            for one in found
            if _matches(Filters, one.tags, {"instance-state-name": one.state(self.clock.now)})
        ]
        return {"Reservations": [{"Instances": [one]} for one in described]}

    def _describe_instance_status(self, InstanceIds: list[str], IncludeAllInstances: bool) -> dict[str, Any]:
        assert IncludeAllInstances, "else an instance that does not run yet is not shown"
        return {"InstanceStatuses": [self._status(self._known(one)) for one in InstanceIds]}

    def _status(self, instance: Instance) -> dict[str, Any]:
        ready = self.clock.now >= instance.began + CHECKED
        word = ("ok" if self.healthy else "impaired") if ready else "initializing"
        return {
            "InstanceId": instance.instance_id,
            "InstanceState": {"Name": instance.state(self.clock.now)},
            "InstanceStatus": {"Status": word},
            "SystemStatus": {"Status": "ok" if ready else "initializing"},
        }

    def _stop_instances(self, InstanceIds: list[str]) -> None:
        for one in InstanceIds:
            self._known(one).stop_asked = self.clock.now

    def _terminate_instances(self, InstanceIds: list[str]) -> None:
        for one in InstanceIds:
            instance = self._known(one)
            instance.end_asked = instance.end_asked or self.clock.now

    def _get_console_output(self, InstanceId: str, Latest: bool) -> dict[str, Any]:
        instance = self._known(InstanceId)
        if Latest and not instance.kind.startswith(NITRO):
            raise refusal("UnsupportedOperation", "GetConsoleOutput")
        if self.clock.now < instance.began + BOOT:
            return {"InstanceId": InstanceId}
        return {"InstanceId": InstanceId, "Output": self.console}

    def _known(self, instance_id: str) -> Instance:
        instance = self.instances.get(instance_id)
        if instance is None or self.clock.now < instance.began + VISIBLE:
            raise refusal("InvalidInstanceID.NotFound", "DescribeInstances")
        return instance

    def _described(self, instance: Instance) -> dict[str, Any]:
        return {
            "InstanceId": instance.instance_id,
            "ImageId": instance.image_id,
            "State": {"Name": instance.state(self.clock.now)},
            "Tags": _listed(instance.tags),
        }

    def living(self) -> list[str]:
        """Return the instances that cost money."""
        ended = ("shutting-down", "terminated")
        return [
            one for one, instance in self.instances.items() if instance.state(self.clock.now) not in ended
        ]

    # --- images and snapshots ---

    def _create_image(self, **request: Any) -> dict[str, Any]:
        instance = self._known(request["InstanceId"])
        if instance.state(self.clock.now) not in ("running", "stopped"):
            raise refusal("IncorrectInstanceState", "CreateImage")
        if any(image.name == request["Name"] for image in self.images.values()):
            raise refusal("InvalidAMIName.Duplicate", "CreateImage")
        tags = {
            one["ResourceType"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}
            for one in request.get("TagSpecifications", [])
        }
        image_id, snapshot = f"ami-{next(self._numbers):017x}", f"snap-{next(self._numbers):017x}"
        self.images[image_id] = ImageRecord(
            image_id, request["Name"], self.clock.now, snapshot, tags.get("image", {}), self.images_fail
        )
        self.snapshots[snapshot] = (self.clock.now, tags.get("snapshot", {}))
        return {"ImageId": image_id}

    def _describe_images(
        self,
        ImageIds: list[str] | None = None,
        Owners: list[str] | None = None,
        Filters: list[dict[str, Any]] | None = None,
    ) -> dict[str, Any]:
        if any(one not in self.images for one in ImageIds or ()):
            raise refusal("InvalidAMIID.NotFound", "DescribeImages")
        assert ImageIds or Owners == ["self"], "else all public images are described"
        return {
            "Images": [
                {
                    "ImageId": image.image_id,
                    "Name": image.name,
                    "State": image.state(self.clock.now),
                    "CreationDate": datetime.fromtimestamp(image.made, UTC).isoformat(
                        timespec="milliseconds"
                    ),
                    "Tags": _listed(image.tags),
                    "BlockDeviceMappings": [
                        {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": image.snapshot}},
                        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
                    ],
                }
                for image in self.images.values()
                if (not ImageIds or image.image_id in ImageIds) and _matches(Filters, image.tags, {})
            ]
        }

    def _create_tags(self, Resources: list[str], Tags: list[dict[str, str]]) -> None:
        for one in Resources:
            self.images[one].tags |= {tag["Key"]: tag["Value"] for tag in Tags}

    def _deregister_image(self, ImageId: str) -> None:
        if ImageId not in self.images:
            raise refusal("InvalidAMIID.Unavailable", "DeregisterImage")
        del self.images[ImageId]

    def _describe_snapshots(self, OwnerIds: list[str], Filters: list[dict[str, Any]]) -> dict[str, Any]:
        assert OwnerIds == ["self"]
        return {
            "Snapshots": [
                {"SnapshotId": name, "StartTime": datetime.fromtimestamp(made, UTC), "Tags": _listed(tags)}
                for name, (made, tags) in self.snapshots.items()
                if _matches(Filters, tags, {})
            ]
        }

    def _delete_snapshot(self, SnapshotId: str) -> None:
        if any(image.snapshot == SnapshotId for image in self.images.values()):
            raise refusal("InvalidSnapshot.InUse", "DeleteSnapshot")
        if SnapshotId not in self.snapshots:
            raise refusal("InvalidSnapshot.NotFound", "DeleteSnapshot")
        del self.snapshots[SnapshotId]

    # --- launch templates ---

    def _create_launch_template(
        self, LaunchTemplateName: str, LaunchTemplateData: dict[str, Any]
    ) -> dict[str, Any]:
        self.templates[f"lt-{LaunchTemplateName}"] = [LaunchTemplateData["ImageId"]]
        return {}

    def _describe_launch_templates(self) -> dict[str, Any]:
        return {"LaunchTemplates": [{"LaunchTemplateId": name} for name in self.templates]}

    def _describe_launch_template_versions(self, LaunchTemplateId: str) -> dict[str, Any]:
        return {
            "LaunchTemplateVersions": [
                {"VersionNumber": number, "LaunchTemplateData": {"ImageId": image}}
                for number, image in enumerate(self.templates[LaunchTemplateId], 1)
            ]
        }


def _listed(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _matches(filters: list[dict[str, Any]] | None, tags: dict[str, str], fields: dict[str, str]) -> bool:
    for one in filters or ():
        name, values = one["Name"], one["Values"]
        if name == "tag-key":
            matched = any(value in tags for value in values)
        elif name.startswith("tag:"):
            matched = tags.get(name[4:]) in values
        else:
            matched = fields[name] in values
        if not matched:
            return False
    return True
