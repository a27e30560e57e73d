"""Check that every job before this one succeeded, or was skipped because the change does not affect it.

Reads the workflow's `needs` as JSON from the variable NEEDS. This is the one check that a branch has to require.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from delivery.program import DONE, FAILED, DeliveryError, say
from delivery.workflows.gate import failures

if TYPE_CHECKING:
    import argparse


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the input comes from the environment."""


def run(_options: argparse.Namespace) -> int:
    try:
        needs = json.loads(os.environ.get("NEEDS", ""))
    except ValueError as error:
        raise DeliveryError("NEEDS is not JSON; set it to the workflow's `toJSON(needs)`") from error
    wrong = failures(needs)
    for line in wrong:
        say(line)
    return FAILED if wrong else DONE
