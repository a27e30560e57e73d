"""The NEON scan on a machine that has none: native/selfcheck.c, compiled for arm64 and run by an emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.arm64 import needs_emulator, run_on_arm64

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_emulator


def test_neon_finds_what_the_scalar_scan_finds(tmp_path: Path) -> None:
    assert "instruction set 3: " in run_on_arm64(["selfcheck.c", "scan.c"], tmp_path)
