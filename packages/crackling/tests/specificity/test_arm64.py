"""The NEON scan on a machine that has none: native/selfcheck.c, compiled for arm64 and run by an emulator."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[2] / "native"
# Static, so that the emulator needs no libraries of that machine. Zig makes the C library once, which takes a minute.
COMPILE = [
    sys.executable,
    "-m",
    "ziglang",
    "cc",
    "-target",
    "aarch64-linux-musl",
    "-static",
    "-std=c11",
    "-O2",
]


def emulator() -> list[str]:
    if platform.machine() in {"aarch64", "arm64"}:
        return []
    qemu = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if not qemu:
        pytest.skip("qemu-aarch64 is not installed (Debian: qemu-user): NEON is not tested on this machine")
    return [qemu]


@pytest.mark.skipif(sys.platform != "linux", reason="the emulator runs programs of Linux")
@pytest.mark.skipif(
    not importlib.util.find_spec("ziglang"), reason="ziglang is not installed: nothing to compile with"
)
def test_neon_finds_what_the_scalar_scan_finds(tmp_path: Path) -> None:
    run = [*emulator(), str(tmp_path / "selfcheck")]
    environment = {
        name: value for name, value in os.environ.items() if name != "LD_PRELOAD"
    }  # the sanitizer's
    compile_ = [*COMPILE, "selfcheck.c", "scan.c", "-o", run[-1]]
    subprocess.run(compile_, cwd=NATIVE, env=environment, check=True, timeout=400)
    ran = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "instruction set 3: " in ran.stdout
