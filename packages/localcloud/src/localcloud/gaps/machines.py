"""Emulate images and consoles of EC2 instances.

Gaps: moto refuses to tag the snapshots of a new image, and every instance has the same console output.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.types import Base64EncodedString
from moto.core.utils import utcnow
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.general import General

_consoles: dict[str, str] = {}


def write_console(instance_id: str, text: str) -> None:
    """Set what `GetConsoleOutput` returns from now on."""
    _consoles[instance_id] = text


def console_of(instance_id: str) -> str:
    return _consoles.get(instance_id, "")


def forget_all() -> None:
    _consoles.clear()


def install() -> None:
    if AmiBackend.create_image.__module__ == __name__:
        return
    original = AmiBackend.create_image

    def create_image(
        self: AmiBackend,
        instance_id: str,
        name: str,
        description: str,
        tag_specifications: list[dict[str, Any]],
    ) -> Ami:
        of_snapshots = [one for one in tag_specifications if one["ResourceType"] == "snapshot"]
        others = [one for one in tag_specifications if one["ResourceType"] != "snapshot"]
        image = original(self, instance_id, name, description, others)
        for tag in (tag for one in of_snapshots for tag in one["Tags"]):
            image.ebs_snapshot.add_tag(tag["Key"], tag["Value"])
        return image

    def get_console_output(self: General) -> ActionResult:
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        text = Base64EncodedString.from_raw_string(console_of(instance.id))
        return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), "Output": text})

    AmiBackend.create_image = create_image  # type: ignore[method-assign]
    General.get_console_output = get_console_output  # type: ignore[method-assign]
