"""Test whether an instance of an image boots, and whether its worker computes a known answer.

The instance has no role and accepts no connections. Its user data runs the self-test of the worker (a tiny genome, offline,
compared with known scores), writes the result to the console and powers the machine off; EC2 shows the console of a Nitro
instance at any time. The worker's own unit finds no genome to prepare and stays idle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.program import say
from delivery.waiting import wait_until

if TYPE_CHECKING:
    from delivery.images.ami import Image
    from delivery.images.instances import Instances

TEST_SECONDS = 20 * 60.0
LIFE_MINUTES = 30
# Both are Nitro instances, whose console can be read at any time.
INSTANCE_TYPES = {"x86_64": "t3.small", "arm64": "t4g.small"}
_RESULT = re.compile(r"crackling boot test: (passed|failed)")

# cloud-init runs this as root, after everything else has started. Whatever happens, the machine powers off, which terminates it.
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
    instances: Instances
    architecture: str = "x86_64"

    def passes(self, image: Image) -> bool:
        """Return whether an instance from the image starts and computes the right answer; it is terminated afterwards.

        Raises:
            DeliveryError: the instance reported no result in time.
        """
        instance_id = self.instances.run(self._request(image))
        say(f"boot test on {instance_id} ...")
        try:
            result, console = wait_until(
                lambda: self._outcome(instance_id),
                f"boot test of {image.image_id}",
                seconds=TEST_SECONDS,
                every=10,
                clock=self.instances.clock,
            )
        finally:
            self.instances.terminate([instance_id])
        if result == names.FAILED:
            say(console)
        return result == names.PASSED

    def sweep(self, stage: str) -> None:
        """Terminate the instances that a test that was killed has left running."""
        self.instances.terminate(self.instances.living(names.BOOT_TEST_TAG, stage))

    def _request(self, image: Image) -> dict[str, object]:
        tags = [
            {"Key": "Name", "Value": f"crackling-{image.stage}-boot-test"},
            {"Key": names.BOOT_TEST_TAG, "Value": image.stage},
        ]
        return {
            "ImageId": image.image_id,
            "InstanceType": INSTANCE_TYPES[self.architecture],
            "UserData": USER_DATA,
            "InstanceInitiatedShutdownBehavior": "terminate",
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "TagSpecifications": [{"ResourceType": kind, "Tags": tags} for kind in ("instance", "volume")],
        }

    def _outcome(self, instance_id: str) -> tuple[str, str] | None:
        """Return the result and the end of the console, which may appear some time after the instance has stopped."""
        console = self.instances.console(instance_id)
        found = _RESULT.search(console)
        return (found[1], console[-4000:]) if found else None
