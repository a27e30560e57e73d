"""Machines of the local cloud that test themselves: the real worker, with the metadata of the boot test's instance."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import build
from crackling_testing.imds import MetadataStandIn
from delivery.names import BOOT_TEST_TAG

if TYPE_CHECKING:
    from localcloud import LocalCloud
    from localcloud.launches import Launch


def worker_variables() -> dict[str, str]:
    """What the worker of this repository needs to run here: its code, and bowtie2 from its layer."""
    programs = [str(path) for path in (build.ROOT / "build/layers").glob("cp*/bowtie2/bowtie2/bin")]
    return {
        "PATH": os.pathsep.join([*programs, os.environ.get("PATH", "")]),
        "PYTHONPATH": str(build.ROOT / "packages/ec2_worker/src"),
    }


def run_self_tests(cloud: LocalCloud, *, spoilt: set[str]) -> None:
    """From now on each instance of a boot test runs the worker, writes its console, and goes off.

    On machines from an image in `spoilt` the worker has no programs, bowtie2 among them.
    """

    def launched(launch: Launch) -> None:
        if BOOT_TEST_TAG in dict(launch.tags):
            # Not in this thread: the call that launches still holds the emulator.
            threading.Thread(
                target=_run, args=(cloud, launch, launch.image_id in spoilt), daemon=True
            ).start()

    cloud.on_launch(launched)


def _run(cloud: LocalCloud, launch: Launch, spoilt: bool) -> None:
    with MetadataStandIn(instance_id=launch.instance_id, tags=dict(launch.tags)) as metadata:
        variables = {**worker_variables(), "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url}
        if spoilt:
            variables["PATH"] = "/nowhere"
        done = subprocess.run(
            [sys.executable, "-m", "crackling_worker"],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
    cloud.write_console(launch.instance_id, f"Linux version 6.8\n{done.stdout}{done.stderr}")
    cloud.client("ec2").terminate_instances(InstanceIds=[launch.instance_id])
