"""The names of a stage's things. The stacks and the scheduler have the same; tests hold them together."""

from __future__ import annotations

import re

IMAGE_TAG = "crackling:worker-image"
"""On images and their snapshots: the stage that they were baked for."""
DIGEST_TAG = "crackling:digest"
"""On images: of all that went into it."""
TESTED_TAG = "crackling:boot-test"
"""On images, once it ended: `PASSED` or `FAILED`."""
PASSED, FAILED = "passed", "failed"
BOOT_TEST_TAG = "crackling:boot-test-of"
"""On the instance of a boot test: the stage. It is no tag of workers: the worker's unit stays idle, the reaper looks away."""


def image_parameter(stage: str) -> str:
    return f"/crackling/{stage}/worker-ami"


def stage_of_parameter(name: str) -> str | None:
    """The stage whose image parameter this is; None if it is another parameter."""
    found = re.fullmatch(r"/crackling/([^/]+)/worker-ami", name)
    return found[1] if found else None


def service_stack(stage: str) -> str:
    return f"CracklingStack-{stage}"


def builder_stack(stage: str) -> str:
    return f"Ec2Stack-{stage}"
