"""Compare folders by content: the same files give the same digest, no matter where and when they were written."""

from __future__ import annotations

import hashlib
import os
import shutil
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Files that using a package leaves among its sources.
LEFT_BY_USE: Final = ("__pycache__", "*.egg-info", "_kernel.*")
# The earliest date that a zip file can store.
_DATE: Final = 315532800


def files(root: Path, without: Sequence[str] = ()) -> list[Path]:
    """Return every file below root whose path has no folder or file name that matches one of the patterns."""

    def wanted(path: Path) -> bool:
        parts = path.relative_to(root).parts
        return path.is_file() and not any(fnmatch(part, pattern) for part in parts for pattern in without)

    return [path for path in root.rglob("*") if wanted(path)]


def size(root: Path) -> int:
    """Return the total size of all files in bytes."""
    return sum(path.stat().st_size for path in files(root))


def listing(root: Path, without: Sequence[str] = ()) -> set[tuple[str, bool, str]]:
    """Return what a zip of the tree would contain: each file's name, whether it is executable, and its SHA-256."""
    return {
        (
            path.relative_to(root).as_posix(),
            os.access(path, os.X_OK),
            hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        for path in files(root, without)
    }


def digest(root: Path, without: Sequence[str] = ()) -> str:
    return hashlib.sha256(repr(sorted(listing(root, without))).encode()).hexdigest()


def copy_sources(source: Path, into: Path) -> None:
    """Copy a package without the files that using it left among its sources."""
    shutil.copytree(source, into, ignore=shutil.ignore_patterns(*LEFT_BY_USE))


def settle(root: Path) -> None:
    """Give files and folders fixed dates and normalised modes, so that equal trees give equal zips."""
    for path in [root, *root.rglob("*")]:
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
        os.utime(path, (_DATE, _DATE))
