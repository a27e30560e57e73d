"""The boot test: does a machine from this image start, and does its worker find a known answer?

The instance has no role, and nothing answers from outside. Its user data runs the worker's self-test (a tiny genome, offline,
against known scores), writes the outcome to the console, which EC2 shows on the Nitro system at any time, and powers the machine
off. The worker's own unit has no genome to prepare there and stays idle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.program import say
from delivery.waiting import until

if TYPE_CHECKING:
    from delivery.images.ami import Image
    from delivery.images.instances import Machines

TEST_SECONDS = 20 * 60.0
LIFE_MINUTES = 30
# Both are of the Nitro system, and have room for bowtie2.
MACHINES = {"x86_64": "t3.small", "arm64": "t4g.small"}
_RESULT = re.compile(r"crackling boot test: (passed|failed)")

# Run by cloud-init, as root, when all else has started. Whatever happens in it, the machine ends, and the instance with it.
USER_DATA = f"""#!/bin/sh
shutdown -P +{LIFE_MINUTES}
{{
  if systemctl --quiet is-enabled crackling-worker.service && crackling-worker --self-test 2>&1; then
    echo 'crackling boot test: passed'
  else
    echo 'crackling boot test: failed'
  fi
}} >"${{CONSOLE:-/dev/console}}"
shutdown -P now
"""


@dataclass(frozen=True)
class BootTest:
    machines: Machines
    architecture: str = "x86_64"

    def passes(self, image: Image) -> bool:
        """Whether a machine from the image starts and computes what it should; the machine is gone afterwards.

        Raises:
            DeliveryError: it said nothing in time.
        """
        instance_id = self.machines.run(self._request(image))
        say(f"boot test on {instance_id} ...")
        try:
            result, console = until(
                lambda: self._outcome(instance_id),
                f"boot test of {image.image_id}",
                seconds=TEST_SECONDS,
                every=10,
                clock=self.machines.clock,
            )
        finally:
            self.machines.terminate([instance_id])
        if result == names.FAILED:
            say(console)
        return result == names.PASSED

    def sweep(self, stage: str) -> None:
        """End what a test that was killed has left running."""
        self.machines.terminate(self.machines.living(names.BOOT_TEST_TAG, stage))

    def _request(self, image: Image) -> dict[str, object]:
        tags = [
            {"Key": "Name", "Value": f"crackling-{image.stage}-boot-test"},
            {"Key": names.BOOT_TEST_TAG, "Value": image.stage},
        ]
        return {
            "ImageId": image.image_id,
            "InstanceType": MACHINES[self.architecture],
            "UserData": USER_DATA,
            "InstanceInitiatedShutdownBehavior": "terminate",
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
        }

    def _outcome(self, instance_id: str) -> tuple[str, str] | None:
        """What the console says in the end; it may say so only some time after the machine has gone off."""
        console = self.machines.console(instance_id)
        found = _RESULT.search(console)
        return (found[1], console[-4000:]) if found else None
