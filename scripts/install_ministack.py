"""Install ministack, the second emulator of AWS, into build/ministack: `python scripts/install_ministack.py`.

It has an environment of its own because it pins another botocore than `.venv` has. ministack.lock has the versions and hashes;
`--lock` makes it again from ministack.in. A second call does nothing when the lock has not changed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from build import BUILD, exclusive

FOLDER = BUILD / "ministack"
SOURCE = Path(__file__).with_name("ministack.in")
LOCK = SOURCE.with_suffix(".lock")
OLDEST_PYTHON = "3.11"


def install() -> None:
    """Install what the lock names, unless it is installed already."""
    stamp = FOLDER / "installed.lock"
    with exclusive("ministack"):
        if stamp.exists() and stamp.read_bytes() == LOCK.read_bytes():
            return
        shutil.rmtree(FOLDER, ignore_errors=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(FOLDER))
        python = str(FOLDER / "bin" / "python")
        _uv("pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(LOCK))
        shutil.copyfile(LOCK, stamp)


def lock() -> None:
    """Write the lock, with the newest versions that the source allows."""
    options = [
        "--universal",
        "--python-version",
        OLDEST_PYTHON,
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
    ]
    _uv("pip", "compile", "--quiet", "--upgrade", str(SOURCE), *options, "--output-file", str(LOCK))


def _uv(*command: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *command], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    lock() if sys.argv[1:] == ["--lock"] else install()
