"""Compile programs for arm64 with Zig, and run them with an emulator on other machines."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

NATIVE = Path(__file__).resolve().parents[2] / "native"
# Static, so that the emulator needs no libraries of that machine. Zig makes the C library once, which takes a minute.
COMPILE = (
    *(sys.executable, "-m", "ziglang", "cc"),
    *("-target", "aarch64-linux-musl", "-static", "-std=c11", "-O2", "-Wno-psabi"),
)

needs_emulator = [
    pytest.mark.skipif(sys.platform != "linux", reason="the emulator runs programs of Linux"),
    pytest.mark.skipif(
        not importlib.util.find_spec("ziglang"), reason="ziglang is not installed: nothing to compile with"
    ),
]


def emulator() -> list[str]:
    if platform.machine() in {"aarch64", "arm64"}:
        return []
    qemu = shutil.which("qemu-aarch64") or shutil.which("qemu-aarch64-static")
    if not qemu:
        pytest.skip(
            "qemu-aarch64 is not installed (Debian package qemu-user): NEON is not tested on this machine"
        )
    return [qemu]


def run_on_arm64(sources: Sequence[str], folder: Path, *arguments: str) -> str:
    """Compile sources of native/ to a program in `folder`, run it and return its output."""
    program = folder / "program"
    run = [*emulator(), str(program), *arguments]
    # The compiler must not load the sanitizer's runtime.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    compile_ = [*COMPILE, *sources, "-o", str(program)]
    subprocess.run(compile_, cwd=NATIVE, env=environment, check=True, timeout=900)
    ran = subprocess.run(run, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
