"""Try a deployed stage as a user would: its page, its API, and a job whose answer this machine computes as well."""

from __future__ import annotations

import argparse
import sys

from delivery import names
from delivery.aws import FAULTS, Aws, connect
from delivery.program import DONE, outcome, parser
from delivery.smoke import try_stage
from delivery.stacks import Stacks


def main(arguments: list[str] | None = None, aws: Aws | None = None) -> int:
    asked = parser(__doc__)
    where = asked.add_mutually_exclusive_group(required=True)
    where.add_argument("--stage", type=names.stage, help="its page's address is read from its stack")
    where.add_argument("--url", help="the page's address; needs no credentials")
    options = asked.parse_args(arguments)
    return outcome(lambda: _run(options, aws), *FAULTS)


def _run(options: argparse.Namespace, aws: Aws | None) -> int:
    try_stage(options.url or page_of(Stacks((aws or connect()).cloudformation), options.stage))
    return DONE


def page_of(stacks: Stacks, stage: str) -> str:
    return stacks.outputs(names.service_stack(stage))["PageUrl"]


if __name__ == "__main__":
    sys.exit(main())
