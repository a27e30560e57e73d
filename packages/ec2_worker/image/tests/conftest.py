"""Provide a Debian root in which init.sh has really run: the contents of a worker's image without the kernel.

The roots are kept in build/worker-root, each by the digest of what it was made from.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import package_sources
import pytest

import build

ROOTS = build.ROOT / "build" / "worker-root"
RELEASE, INCLUDED = "bookworm", "systemd"  # systemd to check the units with; it does not run
# Of this machine, without which programs in the root find no other machine.
NETWORK = ("/etc/resolv.conf", "/etc/hosts")
APT_SETTINGS = "/etc/apt/apt.conf.d/99*"
OS_RELEASE = Path("/etc/os-release")
PYTHON = "3.11"


@dataclass(frozen=True)
class Root:
    """Run programs in a root folder."""

    path: Path

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **variables}
        words = ["chroot", str(self.path), *command]
        return subprocess.run(words, env=environment, capture_output=True, text=True, check=False)

    def init(self) -> subprocess.CompletedProcess[str]:
        """The wheels lie in the root already: this machine's pip may find them in ways that no root can follow."""
        return self.run("bash", "/payload/init.sh", PIP_NO_INDEX="1", PIP_FIND_LINKS="/wheels")


@pytest.fixture(scope="session")
def payload() -> Path:
    build.run(sys.executable, build.RECIPES / "build.py", "worker", "--here")
    return build.ROOT / "build" / "worker" / build.architecture()


@pytest.fixture(scope="session")
def root(payload: Path) -> Root:
    """A worker's root; what init.sh said is in its file init.log."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        pytest.skip("needs root and debootstrap (Debian package debootstrap)")
    stamp = payload.with_name(f"{payload.name}.inputs").read_bytes()
    path = ROOTS / hashlib.sha256(stamp + Path(__file__).read_bytes()).hexdigest()[:16]
    if not path.is_dir():
        for old in ROOTS.glob("[0-9a-f]*"):
            shutil.rmtree(old)
        _make(path, payload)
    return Root(path)


def _make(path: Path, payload: Path) -> None:
    """Make the root so that it appears whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    base = _debian()
    subprocess.run(["cp", "-a", str(base), str(unfinished)], check=True)
    for name in (*NETWORK, *package_sources.to_copy(OS_RELEASE.read_text())):
        target = unfinished / name[1:]
        if Path(name).is_dir():
            shutil.copytree(name, target, dirs_exist_ok=True)
        elif Path(name).exists():
            shutil.copyfile(name, target)
    for file in Path("/").glob(APT_SETTINGS[1:]):
        shutil.copy(file, unfinished / "etc/apt/apt.conf.d")
    shutil.copytree(payload, unfinished / "payload")
    _download(payload / "requirements.txt", unfinished / "wheels")
    done = Root(unfinished).init()
    (unfinished / "init.log").write_text(done.stdout + done.stderr)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    unfinished.rename(path)


def _debian() -> Path:
    path = ROOTS / f"debian-{RELEASE}-{INCLUDED}"
    if not path.is_dir():
        ROOTS.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        build.run("debootstrap", "--variant=minbase", f"--include={INCLUDED}", RELEASE, unfinished, cwd=ROOTS)
        unfinished.rename(path)
    return path


def _download(requirements: Path, into: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command = [*pip, "--python-version", PYTHON, "--requirement", str(requirements), "--dest", str(into)]
    # Elsewhere than in the repository, where pip would take the packages' folders for what is asked for.
    subprocess.run(command, check=True, cwd=into.parent)
