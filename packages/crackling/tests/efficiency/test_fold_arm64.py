"""Test the fold kernel on arm64, where it uses NEON: an emulator runs native/foldcheck.c."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.efficiency import fold_parameters, viennarna
from crackling.efficiency.folding import fold_all
from crackling.efficiency.mm10db import SCAFFOLD
from support.arm64 import needs_emulator, run_on_arm64
from support.rnas import biased_guides

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_emulator


def test_arm64_folds_as_this_machine(tmp_path: Path) -> None:
    guides = list(dict.fromkeys(biased_guides(100, seed=6)))
    parameters, special = fold_parameters.from_viennarna(viennarna.parameter_sections())
    energies = tmp_path / "energies"
    energies.write_bytes(bytes(parameters) + b"".join(bytes(hairpin) for hairpin in special))
    sources = ["foldcheck.c", "fold.c", "fold_prepare.c", "fold_trace.c"]
    printed = run_on_arm64(sources, tmp_path, str(energies), SCAFFOLD, *guides)
    expected = [f"{structure} {energy * 100:.0f}" for structure, energy in fold_all(guides).values()]
    assert printed.splitlines() == expected
