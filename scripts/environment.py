"""Set up the repository's own virtual environment: `python3 scripts/environment.py [--test]`.

Everything goes into .venv; nothing else on the machine changes. A second call does nothing when what the environment is made
from has not changed. Needs Python >= 3.11 and nothing else: the compiler of the kernel comes from PyPI.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
LAYERS = ROOT / "packages" / "layers"
OLDEST = (3, 11)
TEST_TOOLS = ("nox",)


def fingerprint() -> str:
    """Of all that the environment is made from."""
    digest = hashlib.sha256(f"{sys.version} {sys.executable}".encode())
    for path in [
        CONSTRAINTS,
        LAYERS / "pyproject.toml",
        Path(__file__),
        *sorted((LAYERS / "native").glob("*.[ch]")),
    ]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def marker(test: bool) -> Path:
    return VENV / ("ready-for-tests" if test else "ready")


def is_ready(test: bool) -> bool:
    return marker(test).exists() and marker(test).read_text() == fingerprint()


def set_up(test: bool) -> None:
    say("setting up .venv (once; about a minute) ...")
    if not is_ready(test=False):
        run(sys.executable, "-m", "venv", "--clear", VENV)
        install("-e", LAYERS)
        marker(test=False).write_text(fingerprint())
    if test:
        install(*TEST_TOOLS)
        marker(test=True).write_text(fingerprint())


def install(*what: str | Path) -> None:
    run(
        VENV / "bin" / "python",
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-c",
        CONSTRAINTS,
        *what,
    )


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)  # noqa: S603 - our own arguments


def say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--test", action="store_true", help="with what the tests need")
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        say(f"Python {sys.version.split()[0]} is too old; set PYTHON to one >= {OLDEST[0]}.{OLDEST[1]}")
        return 2
    if is_ready(options.test):
        return 0
    try:
        set_up(options.test)
    except subprocess.CalledProcessError as error:
        say(
            f"set-up failed: {' '.join(map(str, error.cmd[:4]))} ... (exit code {error.returncode}); see above"
        )
        return 1
    return 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
