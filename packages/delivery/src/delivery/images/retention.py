"""Which images nothing refers to, and their deletion. It fails closed: what it cannot know, it keeps.

`plan` decides on what was read, and every image is asked about again right before it goes: a promotion may come in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from crackling_aws import names
from delivery.images.parameter import ImageParameter
from delivery.program import say
from delivery.waiting import code, patiently

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
    """What may start a machine: the parameters' versions by stage, launch templates (all versions), instances."""

    promoted: Mapping[str, Sequence[Version]]
    templates: frozenset[str]
    instances: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """Each image is in one of both; `kept` says why."""

    kept: Mapping[str, str]
    deleted: tuple[str, ...]


def plan(
    images: Iterable[Image], references: References, *, now: float, keep: int = 3, days: float = 7
) -> Plan:
    """What to do with each image.

    Args:
        images: of workers, of this account.
        references: to images of any kind.
        now: in seconds since the epoch.
        keep: how many different images each parameter's history keeps: the current one and those to go back to.
        days: younger images are kept: somebody may be about to try or promote them.
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
            return f"{names.image_parameter(stage)} names it, or did lately"
    if image.image_id in references.templates:
        return "a launch template names it"
    if image.image_id in references.instances:
        return "an instance was started from it"
    if image.made > young:
        return "it is young"
    if not references.promoted.get(image.stage):
        return f"no image is promoted for its stage ({image.stage or 'none'}): it may be the one"
    if image.state == "pending":
        return "it is being made"
    return None


def newest(history: Sequence[Version], count: int) -> list[str]:
    """The last `count` different images of a history (oldest first), the current one first; the current one always."""
    return list(dict.fromkeys(version.image for version in reversed(history)))[: max(count, 1)]


@dataclass(frozen=True)
class Cleaner:
    aws: Aws
    images: Images
    clock: Clock

    def references(self) -> References:
        """Read all references, of every stage.

        Raises:
            DeliveryError, botocore.exceptions.ClientError: not all could be read; then nothing may be deleted.
        """
        return References(
            promoted={
                stage: ImageParameter(self.aws.ssm, stage, self.clock).history()
                for stage in patiently(self._stages, "parameters", clock=self.clock)
            },
            templates=patiently(self._of_templates, "launch templates", clock=self.clock),
            instances=patiently(self._of_instances, "instances", clock=self.clock),
        )

    def clean(self, *, keep: int, days: float, delete: bool) -> Plan:
        """Decide about every image, and delete if asked to; the decision that was carried out."""
        images = self.images.all()
        decided = plan(images, self.references(), now=self.clock.time(), keep=keep, days=days)
        for image in images:
            reason = decided.kept.get(image.image_id)
            say(f"{image.image_id} {'kept: ' + reason if reason else 'not needed'}")
        if delete:
            for image in (one for one in images if one.image_id in decided.deleted):
                again = plan([image], self.references(), now=self.clock.time(), keep=keep, days=days)
                if image.image_id in again.deleted:
                    self._delete(image)
            self._delete_orphans(days)
        return decided

    def _delete(self, image: Image) -> None:
        say(f"deleting {image.image_id} ...")
        _unless_gone(lambda: self.aws.ec2.deregister_image(ImageId=image.image_id), self.clock)
        for snapshot in image.snapshots:
            self._delete_snapshot(snapshot)

    def _delete_orphans(self, days: float) -> None:
        """Snapshots of our images that are gone: somebody was killed between the two deletions."""
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
        _unless_gone(lambda: self.aws.ec2.delete_snapshot(SnapshotId=snapshot), self.clock)

    def _stages(self) -> list[str]:
        """Whatever has an image parameter, deployed or not."""
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
        """Stopped ones too; those that ended need it no more."""
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


def _unless_gone(call: Callable[[], object], clock: Clock) -> None:
    """Make a deletion's call; nothing to do if that is gone already."""
    try:
        patiently(call, "deletion", clock=clock)
    except ClientError as error:
        if code(error) not in _GONE:
            raise
