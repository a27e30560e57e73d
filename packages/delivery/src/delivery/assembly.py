"""Pack a synthesised assembly into one file, or unpack it: how it gets from the job that builds to the job that deploys.

Artifacts of workflows lose the files' modes, and the programs in the layers would not start any more: so they carry an archive.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path

from delivery.program import DONE, DeliveryError, outcome, parser

ROOT = Path(__file__).resolve().parents[4]
ASSEMBLY, ARCHIVE = ROOT / "build" / "cdk.out", ROOT / "build" / "assembly.tar"


def pack(assembly: Path, archive: Path) -> None:
    """Write all of an assembly's files, with their modes, into an archive."""
    if not (assembly / "manifest.json").is_file():
        raise DeliveryError(f"{assembly} is no synthesised assembly; `./scripts/test -s synth` makes one")
    with tarfile.open(archive, "w") as file:
        file.add(assembly, arcname=".")


def unpack(archive: Path, assembly: Path) -> None:
    """Write an archive's files into a folder that is not there yet."""
    if assembly.exists():
        raise DeliveryError(f"{assembly} exists already")
    with tarfile.open(archive) as file:
        file.extractall(assembly, filter="data")


def main(arguments: list[str] | None = None) -> int:
    asked = parser(__doc__)
    asked.add_argument("action", choices=("pack", "unpack"))
    asked.add_argument("--assembly", type=Path, default=ASSEMBLY, help="default: build/cdk.out")
    asked.add_argument("--archive", type=Path, default=ARCHIVE, help="default: build/assembly.tar")
    options = asked.parse_args(arguments)

    def run() -> int:
        if options.action == "pack":
            pack(options.assembly, options.archive)
        else:
            unpack(options.archive, options.assembly)
        return DONE

    return outcome(run, OSError, tarfile.TarError)


if __name__ == "__main__":
    sys.exit(main())
