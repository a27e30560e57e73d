"""Install a tool into an environment of its own, build/NAME: `python scripts/isolated.py NAME`.

A tool is isolated because it pins other versions than `.venv` has, or brings packages that nothing else needs. NAME.lock has
the versions and hashes; `--lock` makes it again from NAME.in. A second call does nothing when the lock has not changed.

audit      what writes software bills of materials, and asks the databases of vulnerabilities
ministack  the second emulator of AWS
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from build import BUILD, exclusive

HERE = Path(__file__).parent
TOOLS = sorted(path.stem for path in HERE.glob("*.in"))
OLDEST_PYTHON = "3.11"


def programs(tool: str) -> Path:
    """Return the folder with the programs of a tool, whether it is installed or not."""
    return BUILD / tool / "bin"


def install(tool: str) -> None:
    """Install what the tool's lock names, unless it is installed already."""
    folder, locked = BUILD / tool, HERE / f"{tool}.lock"
    stamp = folder / "installed.lock"
    with exclusive(tool):
        if stamp.exists() and stamp.read_bytes() == locked.read_bytes():
            return
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
        python = str(programs(tool) / "python")
        _uv("pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", str(locked))
        shutil.copyfile(locked, stamp)


def lock(tool: str) -> None:
    """Write the tool's lock, with the newest versions that its source allows."""
    options = [
        "--universal",
        "--python-version",
        OLDEST_PYTHON,
        "--generate-hashes",
        "--no-annotate",
        "--no-header",
    ]
    output = ["--output-file", str(HERE / f"{tool}.lock")]
    _uv("pip", "compile", "--quiet", "--upgrade", str(HERE / f"{tool}.in"), *options, *output)


def _uv(*command: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", *command], check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("--lock", action="store_true", help="make the lock again instead")
    options = parser.parse_args()
    (lock if options.lock else install)(options.tool)


if __name__ == "__main__":
    main()
