"""Delete images of workers, and their snapshots, that nothing refers to.

Kept are: what a stage's parameter names or named lately, what a launch template names, what an instance was started from,
what is young, and every image of a stage that has promoted none. If any of this cannot be read, nothing is deleted. Without
--delete it only tells.
"""

from __future__ import annotations

import argparse
import sys

from delivery.aws import FAULTS, Aws, connect
from delivery.cleaning import Cleaner
from delivery.images import Images
from delivery.program import DONE, outcome, parser, say
from delivery.waiting import REAL, Clock


def main(arguments: list[str] | None = None, aws: Aws | None = None, clock: Clock = REAL) -> int:
    asked = parser(__doc__)
    asked.add_argument(
        "--keep", type=_positive, default=3, help="images of each stage's history (default: 3)"
    )
    asked.add_argument("--days", type=_positive, default=7, help="keep younger images (default: 7)")
    asked.add_argument("--delete", action="store_true", help="delete; without, only tell")
    options = asked.parse_args(arguments)

    def run() -> int:
        clients = aws or connect()
        plan = Cleaner(clients, Images(clients.ec2, clock), clock).clean(
            keep=options.keep, days=options.days, delete=options.delete
        )
        verb = "deleted" if options.delete else "would be deleted (--delete does it)"
        say(f"{len(plan.kept)} kept, {len(plan.deleted)} {verb}")
        return DONE

    return outcome(run, *FAULTS)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
