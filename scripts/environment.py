"""Set up the repository's own virtual environment: `python3 scripts/environment.py [cli|delivery|cloud|test]`.

Everything goes into .venv; nothing else on the machine changes. A second call does nothing when what the environment is made
from has not changed. Needs Python >= 3.11 and nothing else: the compiler of the kernel comes from PyPI, and Node too where the
machine has none.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
PACKAGES = ROOT / "packages"
GROUPS = ROOT / "pyproject.toml"  # dependency groups, for what the packages themselves do not need
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 20

# Each profile includes the ones before it.
PROFILES: dict[str, tuple[str, ...]] = {
    "cli": ("-e", str(PACKAGES / "crackling")),
    "delivery": (
        *("-e", f"{PACKAGES / 'delivery'}[lint]", "-e", str(PACKAGES / "infra")),
        *("-e", str(PACKAGES / "crackling_aws")),
        *("--group", f"{GROUPS}:build"),
    ),
    "cloud": ("-e", f"{PACKAGES / 'localcloud'}[emulator]"),
    "test": (
        *("-e", f"{PACKAGES / 'crackling'}[test]", "-e", f"{PACKAGES / 'crackling_aws'}[test,types]"),
        *("-e", f"{PACKAGES / 'lambdas'}[test]", "-e", f"{PACKAGES / 'ec2_worker'}[test]"),
        *("-e", f"{PACKAGES / 'infra'}[check,test]", "-e", f"{PACKAGES / 'localcloud'}[test]"),
        *("-e", f"{PACKAGES / 'delivery'}[test]", "--group", f"{GROUPS}:test"),
    ),
}


def fingerprint() -> str:
    """Return the digest of everything that the environment is made from."""
    digest = hashlib.sha256(f"{sys.version} {sys.executable}".encode())
    native = sorted((PACKAGES / "crackling" / "native").glob("*.[ch]"))
    projects = sorted(PACKAGES.glob("*/pyproject.toml"))
    for path in [LOCK, GROUPS, Path(__file__), *projects, *native]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(profile: str) -> bool:
    mark = VENV / f"ready-{profile}"
    return mark.exists() and mark.read_text() == fingerprint()


def set_up(profile: str) -> None:
    """Install what is missing from a profile and from those before it.

    Raises:
        subprocess.CalledProcessError: an installer failed; its output is on stderr.
    """
    python = VENV / "bin" / "python"
    if not is_ready("cli"):
        run(sys.executable, "-m", "venv", "--clear", VENV)
        bootstrap = VENV / "uv.txt"
        bootstrap.write_text(locked("uv"))
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", bootstrap)
    for name, what in PROFILES.items():
        if not is_ready(name):
            say(f"setting up .venv for {name} (once) ...")
            node = needed_node() if name == "delivery" else ()
            # uv is several times as fast as pip, and installing is most of a newcomer's first start.
            run(
                VENV / "bin" / "uv",
                "pip",
                "install",
                "-q",
                "--python",
                python,
                "-c",
                LOCK,
                "--build-constraints",
                LOCK,
                *what,
                *node,
            )
            (VENV / f"ready-{name}").write_text(fingerprint())
        if name == profile:
            return


def locked(package: str) -> str:
    """Return a package's requirement with its hashes from the lock, since pip rejects constraints that have hashes."""
    entry = re.search(rf"^{package}==.*(?:\n    --hash=.*)*\n", LOCK.read_text(), re.MULTILINE)
    if not entry:
        raise ValueError(f"{LOCK} lacks {package}")
    return entry[0]


def needed_node() -> tuple[str, ...]:
    """Return the arguments that install Node from PyPI, unless this machine has a recent enough one."""
    node = shutil.which("node")
    if node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return ()
    return ("--group", f"{GROUPS}:node")


def run(*command: str | Path) -> None:
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


def say(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("profile", choices=PROFILES, nargs="?", default="cli")
    profile = parser.parse_args().profile
    if sys.version_info < OLDEST_PYTHON:
        say(
            f"Python {sys.version.split()[0]} is too old; set PYTHON to one >= {'.'.join(map(str, OLDEST_PYTHON))}"
        )
        return 2
    if is_ready(profile):
        return 0
    try:
        set_up(profile)
    except subprocess.CalledProcessError as error:
        say(
            f"set-up failed: {' '.join(map(str, error.cmd[:4]))} ... (exit code {error.returncode}); see above"
        )
        return 1
    except KeyboardInterrupt:  # the next call continues with what is missing
        return 130
    return 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
