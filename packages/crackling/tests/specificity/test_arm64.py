"""NEON on a machine that has none: programs of native/, compiled for arm64 and run by an emulator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from support.arm64 import needs_emulator, run_on_arm64

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_emulator


def test_neon_finds_what_the_scalar_scan_finds(tmp_path: Path) -> None:
    assert "instruction set 3: " in run_on_arm64(["selfcheck.c", "scan.c"], tmp_path)


def test_neon_scores_together_as_one_by_one(tmp_path: Path) -> None:
    """native/bulkcheck.c: every limit of mismatches, every division of them, several widths of keys."""
    bulk = ["bulk.c", "bulk_scalar.c", "bulk_neon.c"]
    sources = ["bulkcheck.c", *bulk, "lists.c", "prepare.c", "scan.c", "search.c"]
    assert re.search("instruction set 3: [1-9]", run_on_arm64(sources, tmp_path))
