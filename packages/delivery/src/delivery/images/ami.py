"""Manage machine images (AMIs) of workers, which are recognised by their tags alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.program import DeliveryError
from delivery.waiting import SYSTEM_CLOCK, Clock, wait_until, with_retries

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.literals import ResourceTypeType
    from mypy_boto3_ec2.type_defs import FilterTypeDef, ImageTypeDef, TagTypeDef

IMAGE_SECONDS = 45 * 60.0
_BROKEN = frozenset({"invalid", "failed", "error", "deregistered"})


@dataclass(frozen=True)
class Image:
    """An image. `created` is in seconds since the epoch; `tested` is the result of its boot test, None before it."""

    image_id: str
    stage: str
    digest: str
    tested: str | None
    state: str
    created: float
    snapshots: tuple[str, ...]


@dataclass(frozen=True)
class Images:
    ec2: EC2Client
    clock: Clock = SYSTEM_CLOCK

    def all(self, stage: str | None = None) -> list[Image]:
        """Return the account's own images of workers, the oldest first; other images are left out."""
        found = with_retries(lambda: self._described(stage), "images", clock=self.clock)
        return sorted(found, key=lambda image: (image.created, image.image_id))

    def get(self, image_id: str) -> Image:
        """Return one image of workers.

        Raises:
            DeliveryError: there is no such image, or it is not one of workers.
        """
        for image in self.all():
            if image.image_id == image_id:
                return image
        raise DeliveryError(f"{image_id}: not an image of workers in this account and region")

    def create(self, instance_id: str, name: str, stage: str, digest: str) -> Image:
        """Create an image of a stopped instance, wait until it is available, and return it.

        Raises:
            DeliveryError: AWS could not create it, or not in time.
        """
        tags: list[TagTypeDef] = [
            {"Key": "Name", "Value": name},
            {"Key": names.IMAGE_TAG, "Value": stage},
            {"Key": names.DIGEST_TAG, "Value": digest},
        ]
        kinds: tuple[ResourceTypeType, ...] = ("image", "snapshot")
        image_id = self.ec2.create_image(
            InstanceId=instance_id,
            Name=name,
            Description="A worker of Crackling Cloud",
            TagSpecifications=[{"ResourceType": kind, "Tags": tags} for kind in kinds],
        )["ImageId"]
        return self.wait(image_id)

    def wait(self, image_id: str) -> Image:
        """Wait until an image is available, and return it."""
        return wait_until(
            lambda: self._usable(image_id),
            f"image {image_id}",
            seconds=IMAGE_SECONDS,
            every=15,
            clock=self.clock,
        )

    def mark(self, image_id: str, tested: str) -> None:
        """Tag an image with the result of its boot test."""
        tags: list[TagTypeDef] = [{"Key": names.TESTED_TAG, "Value": tested}]
        with_retries(
            lambda: self.ec2.create_tags(Resources=[image_id], Tags=tags), image_id, clock=self.clock
        )

    def _usable(self, image_id: str) -> Image | None:
        found = self.ec2.describe_images(ImageIds=[image_id])["Images"]
        image = _image(found[0]) if found else None
        if image and image.state in _BROKEN:
            raise DeliveryError(f"image {image_id} became {image.state}; bake again")
        return image if image and image.state == "available" else None

    def _described(self, stage: str | None) -> list[Image]:
        wanted: FilterTypeDef = (
            {"Name": f"tag:{names.IMAGE_TAG}", "Values": [stage]}
            if stage
            else {"Name": "tag-key", "Values": [names.IMAGE_TAG]}
        )
        pages = self.ec2.get_paginator("describe_images").paginate(Owners=["self"], Filters=[wanted])
        return [_image(found) for page in pages for found in page["Images"]]


def _image(found: ImageTypeDef) -> Image:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    disks = (mapping.get("Ebs", {}) for mapping in found.get("BlockDeviceMappings", []))
    return Image(
        image_id=found["ImageId"],
        stage=tags.get(names.IMAGE_TAG, ""),
        digest=tags.get(names.DIGEST_TAG, ""),
        tested=tags.get(names.TESTED_TAG),
        state=found["State"],
        created=_seconds(found["CreationDate"]),
        snapshots=tuple(disk["SnapshotId"] for disk in disks if "SnapshotId" in disk),
    )


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()
