"""Bake, boot-test and promote the image of a stage's workers, if what goes into it has changed.

The steps: digest of the inputs (nothing more is done if an image has it and is promoted); deploy Ec2Stack and wait for its
signal; both status checks; image; destroy Ec2Stack; a machine from the image that computes a known answer; promotion. However
it ends, nothing is left running, and the image that was in use stays in use until the last step. It may be killed at any point
and run again: it goes on with what is there.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import build
from delivery import names
from delivery.aws import FAULTS, Aws, connect
from delivery.baking import Bakery
from delivery.boot_test import BootTest
from delivery.images import Images
from delivery.machines import Machines
from delivery.parameter import ImageParameter
from delivery.program import DONE, outcome, parser, say
from delivery.stacks import CdkCli, Deployer, Stacks
from delivery.waiting import REAL, Clock

if TYPE_CHECKING:
    import argparse
    from types import FrameType


def main(
    arguments: list[str] | None = None,
    aws: Aws | None = None,
    deployer: Deployer | None = None,
    clock: Clock = REAL,
) -> int:
    options = _parse(arguments)
    return outcome(
        lambda: _run(options, _bakery(options, aws or connect(), deployer or CdkCli(), clock)),
        build.BuildError,
        *FAULTS,
    )


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser(__doc__)
    asked.add_argument("--stage", type=names.stage, required=True)
    asked.add_argument(
        "--assembly", type=Path, help="a synthesised assembly; without, one is made for the stage"
    )
    asked.add_argument("--architecture", choices=("x86_64", "arm64"), default="x86_64", help="of the workers")
    asked.add_argument("--force", action="store_true", help="bake even if an image has the same inputs")
    asked.add_argument("--no-promote", action="store_true", help="leave the tested image as a candidate")
    asked.add_argument(
        "--sweep", action="store_true", help="only end what a bake that was killed left running"
    )
    asked.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
    return asked.parse_args(arguments)


def _bakery(options: argparse.Namespace, aws: Aws, deployer: Deployer, clock: Clock) -> Bakery:
    machines = Machines(aws.ec2, clock)
    return Bakery(
        stage=options.stage,
        ssm=aws.ssm,
        stacks=Stacks(aws.cloudformation, clock),
        machines=machines,
        images=Images(aws.ec2, clock),
        boot_test=BootTest(machines, options.architecture),
        parameter=ImageParameter(aws.ssm, options.stage, clock),
        deployer=deployer,
    )


def _run(options: argparse.Namespace, bakery: Bakery) -> int:
    if options.sweep:
        if not options.dry_run:
            bakery.sweep()
        return DONE
    assembly = options.assembly or _synthesised(options)
    if options.dry_run:
        wanted = bakery.digest(assembly)
        found = bakery.find(wanted)
        say(f"digest {wanted}: " + (f"baked as {found.image_id}" if found else "would be baked"))
        return DONE
    image = bakery.bake(assembly, force=options.force, promote=not options.no_promote)
    sys.stdout.write(f"{image.image_id}\n")
    return DONE


def _synthesised(options: argparse.Namespace) -> Path:
    build.npm(build.INFRA)
    build.build_layers()
    build.build_page()
    build.synthesise(build.ASSEMBLY, {"stage": options.stage, "architecture": options.architecture})
    return build.ASSEMBLY


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """A workflow that is cancelled sends this: leave in order, by way of what destroys."""
    sys.exit(128 + signal.SIGTERM)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _leave)
    sys.exit(main())
