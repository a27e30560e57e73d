"""Prepare scratch space: format and mount the largest empty disk of the machine.

Instance store and extra EBS volumes look alike: disks without partitions, file system or mount. Only such a
disk is written to. Without one, the folder stays what it is, on the root volume.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from crackling.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LSBLK = (
    "lsblk", "--json", "--bytes", "--paths",
    "--output", "NAME,TYPE,SIZE,RO,FSTYPE,PTTYPE,MOUNTPOINTS",
)  # fmt: skip
MIN_BYTES = 4 * 2**30


class Run(Protocol):
    """Run a program, as subprocess.run does."""

    def __call__(self, command: Sequence[str], /) -> subprocess.CompletedProcess[str]: ...


def run_program(command: Sequence[str], /) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(command), capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Scratch:
    """Describe where the worker writes: a device mounted at `folder`, or the folder itself (None)."""

    folder: Path
    device: str | None


def prepare_scratch(folder: Path, owner: str | None = None, run: Run = run_program) -> Scratch:
    """Mount the largest empty disk at `folder` and give it to `owner`; a second call finds it mounted.

    Raises:
        StorageError: a program failed; what it said is in the message.
    """
    disks = _disks(run)
    mounted = [disk["name"] for disk in disks if str(folder) in (disk.get("mountpoints") or [])]
    device = mounted[0] if mounted else _largest_empty(disks, run)
    if device is not None and not mounted:
        # No journal: nothing here outlives the machine, so there is nothing to recover after a crash.
        _must(run, "mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1", device)
        _must(run, "mount", "-o", "noatime,nodev,nosuid,noexec", device, str(folder))
    if owner is not None:
        _must(run, "chown", owner, str(folder))
    return Scratch(folder, device)


def _disks(run: Run) -> list[dict[str, Any]]:
    found = json.loads(_must(run, *LSBLK) or "{}")
    return [disk for disk in found.get("blockdevices", []) if disk["type"] == "disk"]


def _largest_empty(disks: list[dict[str, Any]], run: Run) -> str | None:
    for disk in sorted(disks, key=lambda disk: -disk["size"]):
        if _looks_empty(disk) and _is_empty(disk["name"], run):
            return str(disk["name"])
    return None


def _looks_empty(disk: dict[str, Any]) -> bool:
    used = disk.get("children") or disk["fstype"] or disk["pttype"] or any(disk.get("mountpoints") or [])
    return not used and not disk["ro"] and disk["size"] >= MIN_BYTES


def _is_empty(device: str, run: Run) -> bool:
    """Return whether the device has no signature; read it directly, as lsblk may repeat stale data of udev."""
    done = run(["wipefs", "--no-act", "--json", device])
    return done.returncode == 0 and not json.loads(done.stdout or "{}").get("signatures")


def _must(run: Run, *command: str) -> str:
    done = run(command)
    if done.returncode:
        raise StorageError(f"{command[0]} failed (exit code {done.returncode}): {done.stderr.strip()[-300:]}")
    return done.stdout
