"""Add the wheels in build/wheels to a release on GitHub, with GitHub's program gh, which reads its token from GH_TOKEN."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from delivery.program import DONE, DeliveryError
from delivery.repository import ROOT

if TYPE_CHECKING:
    import argparse

WHEELS = ROOT / "build" / "wheels"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tag", metavar="TAG", help="tag of the release")


def run(options: argparse.Namespace) -> int:
    wheels = sorted(map(str, WHEELS.glob("*.whl")))
    if not wheels:
        raise DeliveryError("build/wheels has no wheels; build them with ./scripts/test -s wheels")
    # A job that is run again replaces what it attached before.
    command = ["gh", "release", "upload", options.tag, *wheels, "--clobber"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise DeliveryError(f"the wheels were not attached to {options.tag}; see above")
    return DONE
