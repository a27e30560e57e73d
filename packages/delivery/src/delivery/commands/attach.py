"""Add the files of a kind to releases on GitHub, with GitHub's program gh, which reads its token from GH_TOKEN.

wheels are those of crackling in build/wheels; sbom is all that build/sbom has: bills of materials, and the list of packages.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

from delivery.program import DONE, DeliveryError
from delivery.repository import ROOT

if TYPE_CHECKING:
    import argparse

BUILD = ROOT / "build"
# Kind, which is also the name of its folder -> the pattern of its files, and what makes them.
KINDS = {
    "wheels": ("*.whl", "./scripts/test -s wheels"),
    "sbom": ("*", "./scripts/test -s audit -- --offline"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument(
        "tag",
        metavar="TAG",
        nargs="?",
        help="tag of the release; without it those of all releases that release-please has made, whose outputs are in the "
        "variable RELEASES as JSON",
    )


def run(options: argparse.Namespace) -> int:
    pattern, maker = KINDS[options.kind]
    files = sorted(map(str, (BUILD / options.kind).glob(pattern)))
    if not files:
        raise DeliveryError(f"build/{options.kind} has no files to attach; make them with {maker}")
    for tag in [options.tag] if options.tag else made(os.environ.get("RELEASES", "")):
        # A job that is run again replaces what it attached before.
        command = ["gh", "release", "upload", tag, *files, "--clobber"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise DeliveryError(f"build/{options.kind} was not attached to {tag}; see above")
    return DONE


def made(outputs: str) -> list[str]:
    """Return the tags in the outputs of release-please, which has one called PATH--tag_name for each release.

    Raises:
        DeliveryError: they name no release.
    """
    found = json.loads(outputs or "{}")
    tags = sorted(value for name, value in found.items() if name.endswith("--tag_name"))
    if not tags:
        raise DeliveryError("no release: name its tag, or set RELEASES to the outputs of release-please")
    return tags
