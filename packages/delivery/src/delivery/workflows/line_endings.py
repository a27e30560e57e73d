"""Check the line endings of the repository's files."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from pathlib import Path

# The rule of git itself: a file with a zero byte near its start is binary.
_START = 8000


def with_carriage_returns(paths: list[Path]) -> list[tuple[Path, int]]:
    """Return the text files that have a line ending in CRLF, with the number of the first such line."""
    found = []
    for path in paths:
        content = path.read_bytes()
        if b"\0" not in content[:_START] and b"\r\n" in content:
            found.append((path, content[: content.index(b"\r\n")].count(b"\n") + 1))
    return found


def known_files(root: Path) -> list[Path]:
    """Return the files that git tracks or would add; ignored files are left out.

    Raises:
        DeliveryError: git cannot list them.
    """
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise DeliveryError(f"git cannot list the files of {root}: {done.stderr.strip()}")
    paths = [root / name for name in sorted(set(done.stdout.split("\0"))) if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]
