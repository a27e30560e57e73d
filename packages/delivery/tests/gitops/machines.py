"""Instances of the local cloud that try an image: their user data, really run, with the worker of this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from crackling_aws.names import BOOT_TEST_TAG
from local_stage import repository_workers

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.cloud import LocalCloud
    from localcloud.launches import Launch


def run_boot_tests(cloud: LocalCloud, folder: Path, *, spoilt: set[str]) -> None:
    """From now on each instance of a boot test runs its user data, writes its console, and goes off.

    On machines from an image in `spoilt` the worker cannot load its kernel.
    """
    programs = _programs(folder)

    def launched(launch: Launch) -> None:
        if BOOT_TEST_TAG in dict(launch.tags):
            # Not in this thread: the call that launches still holds the emulator.
            threading.Thread(
                target=_run, args=(cloud, launch, programs, launch.image_id in spoilt), daemon=True
            ).start()

    cloud.on_launch(launched)


def _programs(folder: Path) -> Path:
    """Write the programs of a machine that this one must not use, or lacks."""
    texts = {
        "shutdown": "exit 0",
        "systemctl": "exit 0",
        "crackling-worker": f'exec {sys.executable} -m crackling_worker "$@"',
    }
    for name, text in texts.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    return folder


def _run(cloud: LocalCloud, launch: Launch, programs: Path, spoilt: bool) -> None:
    script, console = (programs / f"{launch.instance_id}.{name}" for name in ("sh", "console"))
    script.write_text(launch.user_data)
    variables = {**repository_workers(cloud).variables, "CONSOLE": str(console)}
    variables["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    if spoilt:
        variables["CRACKLING_KERNEL"] = "/nowhere"
    subprocess.run(["/bin/sh", str(script)], env=variables, check=True)
    cloud.write_console(launch.instance_id, console.read_text())
    cloud.client("ec2").terminate_instances(InstanceIds=[launch.instance_id])
