"""Run thousands of worlds, each with its own faults, and check what must hold in all of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from simulator.run import run_seed

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = int(os.environ.get("SIMULATED_WORLDS", "2000"))
BLOCKS = 20


@pytest.mark.parametrize("block", range(BLOCKS))
def test_worlds_come_to_rest_in_order(block: int, scratch: Path) -> None:
    for seed in range(block * SEEDS // BLOCKS, (block + 1) * SEEDS // BLOCKS):
        run_seed(seed, scratch)
