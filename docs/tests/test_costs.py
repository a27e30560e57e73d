"""Test that the table of what strangers can cost fits the settings, the prices and what was measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "packages" / "localcloud" / "bench" / "strangers.py"


def test_what_strangers_can_cost_is_what_the_settings_allow() -> None:
    checked = subprocess.run(
        [sys.executable, PROGRAM, "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, f"stale: run `./scripts/test -s generated -- --write` {checked.stderr}"
