"""Make, test and promote the machine image of a stage's workers, if its inputs have changed.

It is made on a machine of the type that the setting instanceType names, or where AWS does not offer that to the account, on the
cheapest that it does. The steps: compute the digest of the inputs, and stop if an image with this digest is already promoted;
deploy Ec2Stack and wait for its signal; wait for both status checks; create the image; destroy Ec2Stack; start an instance from
the image and let it compute a known answer; promote the image. However it ends, nothing is left running, and the current image
stays in use until the last step. It may be killed at any point and run again: it continues with what exists.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from delivery.commands.arguments import add_stage_and_assembly
from delivery.images.ami import Images
from delivery.images.bakery import Bakery
from delivery.images.boot_test import BootTest
from delivery.images.instances import Instances
from delivery.images.parameter import ImageParameter
from delivery.program import DONE, orderly_termination, say
from delivery.repository import synthesise
from delivery.stacks.cloudformation import Stacks

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stage_and_assembly(parser)
    parser.add_argument(
        "--architecture",
        choices=("x86_64", "arm64"),
        default="x86_64",
        help="of the workers (default: x86_64)",
    )
    parser.add_argument("--force", action="store_true", help="bake even if an image has the same inputs")
    parser.add_argument(
        "--no-promote", action="store_true", help="test the image, but leave the current one in use"
    )
    parser.add_argument(
        "--sweep", action="store_true", help="only terminate what a bake that was killed has left running"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")


def run(options: argparse.Namespace, services: Services) -> int:
    with orderly_termination():
        return _run(options, _bakery(options, services))


def _bakery(options: argparse.Namespace, services: Services) -> Bakery:
    aws, clock = services.aws, services.clock
    instances = Instances(aws.ec2, clock)
    return Bakery(
        stage=options.stage,
        ssm=aws.ssm,
        stacks=Stacks(aws.cloudformation, clock),
        instances=instances,
        images=Images(aws.ec2, clock),
        boot_test=BootTest(instances, options.architecture),
        parameter=ImageParameter(aws.ssm, options.stage, clock),
        deployer=services.deployer,
        account=lambda: services.account,
    )


def _run(options: argparse.Namespace, bakery: Bakery) -> int:
    if options.sweep:
        if not options.dry_run:
            bakery.sweep()
        return DONE
    # Only the machine's stack is deployed; who may use the API makes no difference to it, but production must choose.
    settings = {
        "access": "open",
        **dict(options.settings),
        "stage": options.stage,
        "architecture": options.architecture,
    }
    assembly = options.assembly or synthesise(**settings)
    if options.dry_run:
        wanted = bakery.digest(assembly)
        found = bakery.find(wanted)
        say(f"digest {wanted}: " + (f"baked as {found.image_id}" if found else "would be baked"))
        return DONE
    image = bakery.bake(assembly, force=options.force, promote=not options.no_promote)
    sys.stdout.write(f"{image.image_id}\n")
    return DONE
