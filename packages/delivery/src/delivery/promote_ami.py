"""Promote a tested image for a stage's workers, or roll back to the one before.

The next worker that starts comes from it; workers that run are left alone. Without an image and without --rollback it tells
which images there are. Repeating it changes nothing.
"""

from __future__ import annotations

import argparse
import sys

from delivery import names, promotion
from delivery.aws import FAULTS, Aws, connect
from delivery.images import Images
from delivery.parameter import ImageParameter
from delivery.program import DONE, outcome, parser
from delivery.waiting import REAL, Clock


def main(arguments: list[str] | None = None, aws: Aws | None = None, clock: Clock = REAL) -> int:
    options = _parse(arguments)
    return outcome(lambda: _run(options, aws or connect(), clock), *FAULTS)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    asked = parser(__doc__)
    asked.add_argument("image", nargs="?", help="its id: ami-...")
    asked.add_argument("--stage", type=names.stage, required=True)
    asked.add_argument("--rollback", action="store_true", help="go back to the image before the current one")
    asked.add_argument("--dry-run", action="store_true", help="tell what would change, and change nothing")
    options = asked.parse_args(arguments)
    if options.image and options.rollback:
        asked.error("give an image or --rollback, not both")
    return options


def _run(options: argparse.Namespace, aws: Aws, clock: Clock) -> int:
    images, parameter = Images(aws.ec2, clock), ImageParameter(aws.ssm, options.stage, clock)
    if options.rollback:
        promotion.roll_back(images, parameter, dry_run=options.dry_run)
    elif options.image:
        promotion.promote(options.image, images, parameter, dry_run=options.dry_run)
    else:
        history = parameter.history()
        roles = {promotion.previous(history): "previous", promotion.current(history): "current"}
        for image in images.all(options.stage):
            words = (image.image_id, image.tested or "untested", roles.get(image.image_id, ""))
            sys.stdout.write(" ".join(words).strip() + "\n")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
