"""Define the names of deployed things that several packages must agree on. This module imports none of the other packages.

The stacks create these things, the functions and the workers use them, and the delivery finds and deletes them by name.
NCBI's address is `crackling.ncbi.NCBI_URL`: the command line needs it without AWS.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# --- stages and their stacks ---

STAGE: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
"""A regular expression for names of stages; see `is_stage`."""
MAX_STAGE_LENGTH: Final = 24
PRODUCTION, LOCAL, PULL_REQUEST = "prod", "local", "pr"
"""Kinds of stages: for users, the local cloud's, and those that pull requests get: `pr-12`."""
DISPOSABLE: Final = frozenset({"dev", LOCAL, PULL_REQUEST})
"""Kinds of stages whose data may be deleted with their stacks."""


def is_stage(text: str) -> bool:
    """Return whether a text may be the name of a stage."""
    return bool(re.fullmatch(STAGE, text)) and len(text) <= MAX_STAGE_LENGTH


def kind_of(stage: str) -> str:
    """Return the kind of a stage, which its name starts with: that of `pr-12` is `pr`."""
    return stage.partition("-")[0]


def is_disposable(stage: str) -> bool:
    return kind_of(stage) in DISPOSABLE


def service_stack(stage: str) -> str:
    """Return the name of the stack of the service itself."""
    return f"CracklingStack-{stage}"


def builder_stack(stage: str) -> str:
    """Return the name of the stack that exists only while an image is baked."""
    return f"Ec2Stack-{stage}"


# --- limits of Lambda in an account ---


class LambdaLimits(NamedTuple):
    """Hold the limits of an account: memory of one function, concurrency of all functions, and how much of it can be reserved."""

    memory_mib: int
    concurrency: int
    reservable: int


LAMBDA_LIMITS: Final = {
    "new": LambdaLimits(3_008, 10, 0),
    "established": LambdaLimits(10_240, 1_000, 900),
}
"""By the setting `account`: AWS's quotas of an account that is new, and of one that has been used for a while.

The stack keeps within them. What a certain deployment demands stands in its template: the largest `MemorySize`, the sum of
`ReservedConcurrentExecutions`, and the sum of the event sources' `MaximumConcurrency`.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""
MIN_CONCURRENCY: Final = 2
"""The lowest `MaximumConcurrency` that Lambda accepts for a queue."""

BUILDER_TYPE_PARAMETER: Final = "InstanceType"
"""The parameter of the builder's stack that chooses its instance type."""


# --- SSM parameters ---


def image_parameter(stage: str) -> str:
    """Return the parameter that names the workers' image; the delivery writes it."""
    return f"/crackling/{stage}/worker-ami"


def stage_of_image_parameter(name: str) -> str | None:
    """Return the stage whose image a parameter names; None if it is another parameter."""
    found = re.fullmatch(image_parameter("([^/]+)"), name)
    return found[1] if found else None


def settings_parameter(stage: str) -> str:
    """Return the parameter that holds the settings of workers; the service's stack writes it."""
    return f"/crackling/{stage}/worker-settings"


# --- tables ---

JOBS_BY_OWNER: Final = "byOwner"
"""The index of the Jobs table: the keys of the jobs that have an owner, in order of their creation."""

# --- tags of workers: instances and their volumes ---

GENOME_TAG: Final = "crackling:genome"
CLAIM_TAG: Final = "crackling:claim"
STAGE_TAG: Final = "crackling:stage"

# --- tags of images and their snapshots ---

IMAGE_TAG: Final = "crackling:worker-image"
"""The stage that the image was baked for."""
DIGEST_TAG: Final = "crackling:digest"
"""Digest of all inputs of the image."""
TESTED_TAG: Final = "crackling:boot-test"
"""The result of the boot test, once it has finished: `PASSED` or `FAILED`."""
PASSED, FAILED = "passed", "failed"
BOOT_TEST_TAG: Final = "crackling:boot-test-of"
"""On the instance of a boot test: the stage. It has none of the workers' tags, so that the worker on it stays idle."""

# --- workers ---


class WorkerTypes(NamedTuple):
    """Instance types for genomes of up to `bases`, in order of preference."""

    bases: int
    types: tuple[str, ...]


# Memory: an index takes about 3 bytes a base to build.
WORKER_TYPES: Final = {
    "x86_64": (
        WorkerTypes(4_500_000_000, ("r6i.xlarge", "r5.xlarge", "m6i.2xlarge")),
        WorkerTypes(9_000_000_000, ("r6i.2xlarge", "r5.2xlarge", "m6i.4xlarge")),
        WorkerTypes(20_000_000_000, ("r6i.4xlarge", "r5.4xlarge")),
        WorkerTypes(50_000_000_000, ("r6i.8xlarge", "r5.8xlarge")),
    ),
    "arm64": (
        WorkerTypes(4_500_000_000, ("r7g.xlarge", "r6g.xlarge", "m6g.2xlarge")),
        WorkerTypes(9_000_000_000, ("r7g.2xlarge", "r6g.2xlarge", "m6g.4xlarge")),
        WorkerTypes(20_000_000_000, ("r7g.4xlarge", "r6g.4xlarge")),
        WorkerTypes(50_000_000_000, ("r7g.8xlarge", "r6g.8xlarge")),
    ),
}
"""By architecture; the setting `workerTypes` gives others."""
