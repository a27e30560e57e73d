"""Provide Canonical's public SSM parameters and the images that they name. Gap: moto has neither for Ubuntu."""

# ruff: noqa: SLF001 - this patches moto's internals

from __future__ import annotations

import datetime

from moto.ssm.models import Parameter, ssm_backends

from localcloud.world import ACCOUNT, World

_RELEASES = {"22.04": ("jammy", "ebs-gp2"), "24.04": ("noble", "ebs-gp3")}
_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}


def seed(world: World) -> dict[str, str]:
    """Register one image for each release and architecture; return a mapping from parameter name to image id."""
    backend, seeded = ssm_backends[ACCOUNT][world.region], {}
    for release, (name, volume) in _RELEASES.items():
        for architecture, spelled in _ARCHITECTURES.items():
            parameter = f"/aws/service/canonical/ubuntu/server/{release}/stable/current/{architecture}/hvm/{volume}/ami-id"
            image = world.client("ec2").register_image(
                Name=f"ubuntu/images/hvm-ssd/ubuntu-{name}-{release}-{architecture}-server-20260101",
                Architecture=spelled,
                RootDeviceName="/dev/sda1",
                VirtualizationType="hvm",
                BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8}}],
            )["ImageId"]
            # The API refuses names below /aws, so write to the backend directly.
            backend._parameters[parameter].append(
                Parameter(  # type: ignore[abstract]
                    ACCOUNT, parameter, image, "String", "", None, None, datetime.datetime.now(datetime.UTC), 1,
                          "aws:ec2:image")
            )  # fmt: skip
            seeded[parameter] = image
    return seeded
