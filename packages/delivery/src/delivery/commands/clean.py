"""Delete images of workers, with their snapshots, that are no longer used.

An image is kept if a stage's parameter names it or named it recently, if a launch template names it, if an instance was started
from it, if it is recent, or if its stage has promoted no image yet. If any of this cannot be read, nothing is deleted. Without
--delete, the command only says what it would delete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.commands.arguments import positive
from delivery.images.ami import Images
from delivery.images.retention import Cleaner
from delivery.program import DONE, say

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--keep", type=positive, default=3, help="images to keep of each stage's history (default: 3)"
    )
    parser.add_argument("--days", type=positive, default=7, help="keep images younger than this (default: 7)")
    parser.add_argument("--delete", action="store_true", help="delete the images; default: only list them")


def run(options: argparse.Namespace, services: Services) -> int:
    cleaner = Cleaner(services.aws, Images(services.aws.ec2, services.clock), services.clock)
    plan = cleaner.clean(keep=options.keep, days=options.days, delete=options.delete)
    verb = "deleted" if options.delete else "would be deleted (--delete does it)"
    say(f"{len(plan.kept)} kept, {len(plan.deleted)} {verb}")
    return DONE
