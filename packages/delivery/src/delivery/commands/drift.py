"""Report what was changed in AWS by hand, or was not deployed from this repository, in one issue that is kept up to date.

Without --issue, the report is only printed. Drift is not a failure: the exit code says whether the check could be made.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.commands.arguments import stage
from delivery.drift import Detector
from delivery.github import LIMIT
from delivery.program import DONE, say

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services

LABEL = "drift"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", type=stage, required=True)
    parser.add_argument(
        "--assembly",
        type=Path,
        required=True,
        help="cloud assembly that was synthesised for the stage (build/cdk.out)",
    )
    parser.add_argument("--issue", action="store_true", help="open, update or close the issue")


def run(options: argparse.Namespace, services: Services) -> int:
    stack = names.service_stack(options.stage)
    drift = Detector(services.aws.cloudformation, services.clock).detect(stack, options.assembly)
    sys.stdout.write(f"{drift}\n" if drift else "")
    say(f"{stack}: {'drifted' if drift else 'no drift'}")
    if options.issue:
        label = f"{LABEL}-{options.stage}"
        if drift:
            services.github.put_issue(label, f"{stack} differs from this repository", str(drift)[:LIMIT])
        else:
            services.github.close_issue(label, f"{stack} matches this repository again.")
    return DONE
