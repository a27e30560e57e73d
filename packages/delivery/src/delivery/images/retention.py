"""Find images that nothing refers to, and delete them. An image is kept in case of doubt.

`plan` decides from what was read. Each image is checked again right before its deletion: it may have been promoted meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crackling_aws import names
from delivery.images.parameter import ImageParameter
from delivery.program import say
from delivery.waiting import error_code, with_retries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mypy_boto3_ec2.type_defs import FilterTypeDef

    from delivery.aws import Aws
    from delivery.images.ami import Image, Images
    from delivery.images.parameter import Version
    from delivery.waiting import Clock

DAY = 24 * 3600.0
_GONE = frozenset({"InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound"})


@dataclass(frozen=True)
class References:
    """References to images: versions of the parameters by stage, all versions of launch templates, and instances."""

    promoted: Mapping[str, Sequence[Version]]
    templates: frozenset[str]
    instances: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """The images to keep, each with the reason, and those to delete."""

    kept: Mapping[str, str]
    deleted: tuple[str, ...]


def plan(
    images: Iterable[Image], references: References, *, now: float, keep: int = 3, days: float = 7
) -> Plan:
    """Decide what to do with each image.

    Args:
        images: the account's images of workers.
        references: to images of any kind.
        now: the time, in seconds since the epoch.
        keep: how many images of each parameter's history to keep: the current one and those to go back to.
        days: keep younger images, which somebody may be about to test or promote.
    """
    kept: dict[str, str] = {}
    deleted = []
    for image in images:
        reason = _reason_to_keep(image, references, now - days * DAY, keep)
        if reason:
            kept[image.image_id] = reason
        else:
            deleted.append(image.image_id)
    return Plan(kept, tuple(deleted))


def _reason_to_keep(image: Image, references: References, young: float, keep: int) -> str | None:
    for stage, history in references.promoted.items():
        if image.image_id in newest(history, keep):
            return f"{names.image_parameter(stage)} names it, or named it recently"
    if image.image_id in references.templates:
        return "a launch template names it"
    if image.image_id in references.instances:
        return "an instance was started from it"
    if image.created > young:
        return "it is recent"
    if not references.promoted.get(image.stage):
        return f"no image is promoted for its stage ({image.stage or 'none'}) yet"
    if image.state == "pending":
        return "it is being created"
    return None


def newest(history: Sequence[Version], count: int) -> list[str]:
    """Return the last `count` different images of a history (at least the current one), the newest first."""
    return list(dict.fromkeys(version.image for version in reversed(history)))[: max(count, 1)]


@dataclass(frozen=True)
class Cleaner:
    aws: Aws
    images: Images
    clock: Clock

    def references(self) -> References:
        """Return all references, of every stage.

        Raises:
            DeliveryError, botocore.exceptions.ClientError: some could not be read; then nothing may be deleted.
        """
        return References(
            promoted={
                stage: ImageParameter(self.aws.ssm, stage, self.clock).history()
                for stage in with_retries(self._stages, "parameters", clock=self.clock)
            },
            templates=with_retries(self._of_templates, "launch templates", clock=self.clock),
            instances=with_retries(self._of_instances, "instances", clock=self.clock),
        )

    def clean(self, *, keep: int, days: float, delete: bool) -> Plan:
        """Decide about every image, delete images if `delete` is set, and return the plan."""
        images = self.images.all()
        decided = plan(images, self.references(), now=self.clock.time(), keep=keep, days=days)
        for image in images:
            reason = decided.kept.get(image.image_id)
            say(f"{image.image_id} {'kept: ' + reason if reason else 'no longer used'}")
        if delete:
            for image in (one for one in images if one.image_id in decided.deleted):
                again = plan([image], self.references(), now=self.clock.time(), keep=keep, days=days)
                if image.image_id in again.deleted:
                    self._delete(image)
            self._delete_orphans(days)
        return decided

    def _delete(self, image: Image) -> None:
        say(f"deleting {image.image_id} ...")
        _unless_deleted(lambda: self.aws.ec2.deregister_image(ImageId=image.image_id), self.clock)
        for snapshot in image.snapshots:
            self._delete_snapshot(snapshot)

    def _delete_orphans(self, days: float) -> None:
        """Delete snapshots whose image is gone: an earlier run was killed between the two deletions."""
        in_use = {snapshot for image in self.images.all() for snapshot in image.snapshots}
        pages = self.aws.ec2.get_paginator("describe_snapshots").paginate(
            OwnerIds=["self"], Filters=[{"Name": "tag-key", "Values": [names.IMAGE_TAG]}]
        )
        for snapshot in [one for page in pages for one in page["Snapshots"]]:
            old = snapshot["StartTime"].timestamp() < self.clock.time() - days * DAY
            if old and snapshot["SnapshotId"] not in in_use:
                self._delete_snapshot(snapshot["SnapshotId"])

    def _delete_snapshot(self, snapshot: str) -> None:
        say(f"deleting {snapshot} ...")
        _unless_deleted(lambda: self.aws.ec2.delete_snapshot(SnapshotId=snapshot), self.clock)

    def _stages(self) -> list[str]:
        """Return all stages that have an image parameter, deployed or not."""
        pages = self.aws.ssm.get_paginator("describe_parameters").paginate(
            ParameterFilters=[{"Key": "Path", "Option": "Recursive", "Values": ["/crackling"]}]
        )
        found = [names.stage_of_image_parameter(one["Name"]) for page in pages for one in page["Parameters"]]
        return sorted(stage for stage in found if stage)

    def _of_templates(self) -> frozenset[str]:
        ec2 = self.aws.ec2
        templates = [
            found["LaunchTemplateId"]
            for page in ec2.get_paginator("describe_launch_templates").paginate()
            for found in page["LaunchTemplates"]
        ]
        return frozenset(
            version["LaunchTemplateData"]["ImageId"]
            for template in templates
            for page in ec2.get_paginator("describe_launch_template_versions").paginate(
                LaunchTemplateId=template
            )
            for version in page["LaunchTemplateVersions"]
            if "ImageId" in version["LaunchTemplateData"]
        )

    def _of_instances(self) -> frozenset[str]:
        """Return the images of instances that have not been terminated; stopped ones may start again."""
        living: FilterTypeDef = {
            "Name": "instance-state-name",
            "Values": ["pending", "running", "shutting-down", "stopping", "stopped"],
        }
        return frozenset(
            instance["ImageId"]
            for page in self.aws.ec2.get_paginator("describe_instances").paginate(Filters=[living])
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        )


def _unless_deleted(call: Callable[[], object], clock: Clock) -> None:
    """Make a call that deletes something; do nothing if it no longer exists."""
    try:
        with_retries(call, "deletion", clock=clock)
    except ClientError as error:
        if error_code(error) not in _GONE:
            raise
