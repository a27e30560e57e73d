"""Pack the cloud assembly into one file, or unpack it, to hand it from the job that builds to the job that deploys.

Artifacts of workflows lose the modes of files, without which the programs in the layers would not start; an archive keeps them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from delivery.program import DONE
from delivery.repository import ASSEMBLY
from delivery.stacks import archive

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("pack", "unpack"))
    parser.add_argument("--assembly", type=Path, default=ASSEMBLY, help="default: build/cdk.out")
    parser.add_argument(
        "--archive",
        type=Path,
        default=ASSEMBLY.with_name("assembly.tar"),
        help="default: build/assembly.tar",
    )


def run(options: argparse.Namespace) -> int:
    if options.action == "pack":
        archive.pack(options.assembly, options.archive)
    else:
        archive.unpack(options.archive, options.assembly)
    return DONE
