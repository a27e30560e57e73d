"""Pack a synthesised cloud assembly into one file, which keeps the modes of its files."""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from pathlib import Path


def pack(assembly: Path, archive: Path) -> None:
    """Write all files of an assembly, with their modes, to an archive.

    Raises:
        DeliveryError: the folder is not a cloud assembly.
    """
    if not (assembly / "manifest.json").is_file():
        raise DeliveryError(f"{assembly} is not a cloud assembly; `./scripts/test -s synth` makes one")
    with tarfile.open(archive, "w") as file:
        file.add(assembly, arcname=".")


def unpack(archive: Path, assembly: Path) -> None:
    """Extract an archive to a new folder.

    Raises:
        DeliveryError: the folder exists already, or the archive cannot be read.
    """
    if assembly.exists():
        raise DeliveryError(f"{assembly} exists already")
    try:
        with tarfile.open(archive) as file:
            file.extractall(assembly, filter="data")
    except tarfile.TarError as error:
        raise DeliveryError(f"{archive} cannot be unpacked: {error}") from error
