"""Choose the tested image that a stage's workers start from, or roll back to the previous one.

The next worker starts from it; running workers are not affected. Without an image and without --rollback, the images are
listed. Repeating the command changes nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from delivery.commands.arguments import stage
from delivery.images import promotion
from delivery.images.ami import Images
from delivery.images.parameter import ImageParameter
from delivery.program import DONE

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", type=stage, required=True)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("image", nargs="?", help="the image's id: ami-...")
    what.add_argument("--rollback", action="store_true", help="go back to the image before the current one")
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")


def run(options: argparse.Namespace, services: Services) -> int:
    images = Images(services.aws.ec2, services.clock)
    parameter = ImageParameter(services.aws.ssm, options.stage, services.clock)
    if options.rollback:
        promotion.roll_back(images, parameter, dry_run=options.dry_run)
    elif options.image:
        promotion.promote(options.image, images, parameter, dry_run=options.dry_run)
    else:
        _list(images, parameter)
    return DONE


def _list(images: Images, parameter: ImageParameter) -> None:
    history = parameter.history()
    roles = {promotion.previous(history): "previous", promotion.current(history): "current"}
    for image in images.all(parameter.stage):
        words = (image.image_id, image.tested or "untested", roles.get(image.image_id, ""))
        sys.stdout.write(" ".join(words).strip() + "\n")
