"""What was changed in AWS beside this repository, or is not deployed from it: one issue, kept up to date.

Without --issue it only prints. Drift is no failure: the exit code says whether it could be looked for.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from delivery import names
from delivery.aws import FAULTS, Aws, connect
from delivery.drifting import Detector
from delivery.github import LIMIT, GitHub
from delivery.program import DONE, outcome, parser, say
from delivery.waiting import REAL, Clock

if TYPE_CHECKING:
    import argparse

LABEL = "drift"


def main(
    arguments: list[str] | None = None,
    aws: Aws | None = None,
    github: GitHub | None = None,
    clock: Clock = REAL,
) -> int:
    asked = parser(__doc__)
    asked.add_argument("--stage", type=names.stage, required=True)
    asked.add_argument(
        "--assembly", type=Path, required=True, help="synthesised for the stage (build/cdk.out)"
    )
    asked.add_argument("--issue", action="store_true", help="open, update or close the issue")
    options = asked.parse_args(arguments)
    return outcome(lambda: _run(options, aws or connect(), github, clock), OSError, *FAULTS)


def _run(options: argparse.Namespace, aws: Aws, github: GitHub | None, clock: Clock) -> int:
    stack = names.service_stack(options.stage)
    drift = Detector(aws.cloudformation, clock).detect(stack, options.assembly)
    sys.stdout.write(f"{drift}\n" if drift else "")
    say(f"{stack}: {'drifted' if drift else 'as this repository says'}")
    if options.issue:
        there = github or GitHub.of_workflow()
        label = f"{LABEL}-{options.stage}"
        if drift:
            there.put_issue(label, f"{stack} is not as this repository says", str(drift)[:LIMIT])
        else:
            there.close_issue(label, f"{stack} is as this repository says again.")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
