"""Ask the AWS account whether a deployment of a stage can work, and say what to set or to ask for if it cannot.

Nothing is changed. It asks for quotas of Lambda and EC2, the account's plan, instance types, the default network, types of
resources, CloudFront and the CDK's bootstrap, and compares them with what the stacks need. `deploy` asks the same first.
The exit code is 1 if the deployment would fail; warnings and what AWS does not tell leave it 0.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from delivery.account.findings import Level, table
from delivery.account.needs import needs_of
from delivery.account.preflight import Preflight
from delivery.commands.arguments import add_stage_and_assembly
from delivery.program import DONE, FAILED
from delivery.repository import synthesise

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_stage_and_assembly(parser)


def run(options: argparse.Namespace, services: Services) -> int:
    assembly = options.assembly or synthesise(**{**dict(options.settings), "stage": options.stage})
    findings = Preflight(services.account, needs_of(assembly, options.stage)).findings()
    sys.stdout.write(table(findings))
    return FAILED if any(one.level is Level.FAILURE for one in findings) else DONE
