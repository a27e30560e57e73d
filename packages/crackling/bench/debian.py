"""Find files of Debian packages: installed ones, or unpacked under build/bench, which needs no root."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

BUILD = Path(__file__).resolve().parents[3] / "build" / "bench"
PACKAGES = BUILD / "packages"


def find(package: str, path: str) -> Path | None:
    """Return a package's file by its path from the root, or None if it is not available."""
    installed = Path("/") / path
    unpacked = PACKAGES / package / path
    if installed.exists():
        return installed
    if not unpacked.exists():
        _unpack(package)
    return unpacked if unpacked.exists() else None


def _unpack(package: str) -> None:
    """Download and unpack, as far as this machine can: it may have no apt or no network."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    folder = PACKAGES / package
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "-q", "download", package], cwd=folder, check=False, capture_output=True)  # noqa: S607
    for archive in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=False, capture_output=True)  # noqa: S607
        archive.unlink()
