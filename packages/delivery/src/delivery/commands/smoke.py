"""Test a deployed stage as a user would: its page, its API, a job with a known answer, an upload and a download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.commands.arguments import stage
from delivery.program import DONE
from delivery.stacks.cloudformation import Stacks
from delivery.stacks.smoke_test import check_stage

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stage", type=stage, help="the address of its page is read from its stack")
    where.add_argument("--url", help="the address of the page; needs no credentials")


def run(options: argparse.Namespace, services: Services) -> int:
    address = options.url or Stacks(services.aws.cloudformation, services.clock).page(options.stage)
    check_stage(address, services.clock)
    return DONE
