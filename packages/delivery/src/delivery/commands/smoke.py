"""Test a deployed stage as a user would: its page, its API, a job with a known answer, an upload and a download.

Where people sign in, --stage creates a user for the test and deletes it again; --url takes an access token from the variable
CRACKLING_TOKEN.
"""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.commands.arguments import stage
from delivery.program import DONE
from delivery.stacks.cloudformation import Stacks
from delivery.stacks.smoke_test import TOKEN_VARIABLE, check_stage
from delivery.stacks.visitor import visitor

if TYPE_CHECKING:
    import argparse

    from delivery.services import Services


def add_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--stage", type=stage, help="the address of its page is read from its stack")
    where.add_argument("--url", help="the address of the page; needs no credentials")


def run(options: argparse.Namespace, services: Services) -> int:
    if options.url:
        token = os.environ.get(TOKEN_VARIABLE)
        check_stage(options.url, services.clock, (lambda: nullcontext(token)) if token else None)
        return DONE
    stack = names.service_stack(options.stage)
    outputs = Stacks(services.aws.cloudformation, services.clock).outputs(stack)
    check_stage(
        outputs["PageUrl"], services.clock, lambda: visitor(services.aws.users, options.stage, outputs)
    )
    return DONE
