from __future__ import annotations

import json
from subprocess import CompletedProcess
from typing import TYPE_CHECKING, Any

import pytest

from crackling.errors import StorageError
from crackling_worker.scratch import Scratch, prepare_scratch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

GIB = 2**30


def disk(name: str, size: int = 100 * GIB, **more: object) -> dict[str, Any]:
    empty = {"ro": False, "fstype": None, "pttype": None, "mountpoints": [None], "type": "disk"}
    return {"name": name, "size": size, **empty, **more}


ROOT = disk("/dev/nvme0n1", 8 * GIB, pttype="gpt", children=[disk("/dev/nvme0n1p1", mountpoints=["/"])])


class Machine:
    """Has disks; notes what is run, but for what only looks."""

    def __init__(
        self, *disks: dict[str, Any], signatures: Sequence[str] = (), failing: str | None = None
    ) -> None:
        self.disks, self.signatures, self.failing = disks, signatures, failing
        self.commands: list[list[str]] = []

    def __call__(self, command: Sequence[str]) -> CompletedProcess[str]:
        program = command[0]
        if program == self.failing:
            return CompletedProcess(command, 1, "", "it says why\n")
        if program == "lsblk":
            return CompletedProcess(command, 0, json.dumps({"blockdevices": list(self.disks)}), "")
        if program == "wipefs":
            assert "--no-act" in command
            found = {"signatures": [{"type": "ext4"}]} if command[-1] in self.signatures else None
            return CompletedProcess(command, 0, json.dumps(found) if found else "", "")
        self.commands.append(list(command))
        return CompletedProcess(command, 0, "", "")

    def made(self) -> list[str]:
        return [command[-1] for command in self.commands if command[0] == "mkfs.ext4"]


def test_the_largest_empty_disk_is_mounted_and_given_away(tmp_path: Path) -> None:
    machine = Machine(ROOT, disk("/dev/nvme1n1"), disk("/dev/nvme2n1", 900 * GIB))
    assert prepare_scratch(tmp_path, "crackling", machine) == Scratch(tmp_path, "/dev/nvme2n1")
    assert [command[0] for command in machine.commands] == ["mkfs.ext4", "mount", "chown"]
    assert machine.commands[0][-1] == "/dev/nvme2n1"
    assert machine.commands[1][-2:] == ["/dev/nvme2n1", str(tmp_path)]
    assert machine.commands[2] == ["chown", "crackling", str(tmp_path)]


@pytest.mark.parametrize(
    "used",
    [
        ROOT,
        disk("/dev/x", fstype="xfs"),
        disk("/dev/x", pttype="dos"),
        disk("/dev/x", mountpoints=["/srv"]),
        disk("/dev/x", children=[disk("/dev/x1")]),
        disk("/dev/x", ro=True),
        disk("/dev/x", GIB),
        disk("/dev/x", type="rom"),
        disk("/dev/x", type="loop"),
    ],
)
def test_no_other_disk_is_ever_written_to(tmp_path: Path, used: dict[str, Any]) -> None:
    machine = Machine(used)
    assert prepare_scratch(tmp_path, None, machine) == Scratch(tmp_path, None)
    assert machine.commands == []


def test_what_the_device_itself_says_counts(tmp_path: Path) -> None:
    machine = Machine(disk("/dev/a", 900 * GIB), disk("/dev/b"), signatures=["/dev/a"])
    prepare_scratch(tmp_path, None, machine)
    assert machine.made() == ["/dev/b"]


def test_a_second_call_finds_it_mounted(tmp_path: Path) -> None:
    machine = Machine(ROOT, disk("/dev/a", fstype="ext4", mountpoints=[str(tmp_path)]), disk("/dev/b"))
    assert prepare_scratch(tmp_path, None, machine) == Scratch(tmp_path, "/dev/a")
    assert machine.commands == []


@pytest.mark.parametrize("program", ["lsblk", "mkfs.ext4", "mount"])
def test_a_failure_is_told(tmp_path: Path, program: str) -> None:
    with pytest.raises(StorageError, match=f"{program} failed .*it says why"):
        prepare_scratch(tmp_path, None, Machine(disk("/dev/a"), failing=program))


def test_a_device_that_cannot_be_looked_at_is_left_alone(tmp_path: Path) -> None:
    machine = Machine(disk("/dev/a"), failing="wipefs")
    assert prepare_scratch(tmp_path, None, machine).device is None
