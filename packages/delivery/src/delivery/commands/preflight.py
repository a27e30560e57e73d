"""Ask the AWS account whether a deployment of a stage can work, and say what to set or to ask for if it cannot.

Nothing is changed. It asks for quotas of Lambda and EC2, the account's plan, instance types, the default network, CloudFront and
the CDK's bootstrap, and compares them with what the stacks need. `deploy` asks the same first. The exit code is 1 if the
deployment would fail; warnings and what AWS does not tell leave it 0.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from delivery.account.needs import needs_of
from delivery.account.preflight import Level, Preflight, table
from delivery.commands.arguments import setting, stage
from delivery.program import DONE, FAILED
from delivery.repository import synthesise

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--stage", type=stage, required=True)
    parser.add_argument(
        "--assembly", type=Path, help="a synthesised cloud assembly; default: one is made for the stage"
    )
    parser.add_argument(
        "-c",
        dest="settings",
        type=setting,
        action="append",
        default=[],
        metavar="key=value",
        help="a setting of the stacks; may be repeated",
    )


def run(options: argparse.Namespace, services: Services) -> int:
    assembly = options.assembly or synthesise(**{**dict(options.settings), "stage": options.stage})
    findings = Preflight(services.account, needs_of(assembly, options.stage)).findings()
    sys.stdout.write(table(findings))
    return FAILED if any(one.level is Level.FAILURE for one in findings) else DONE
