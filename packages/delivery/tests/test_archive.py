from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def test_an_assembly_keeps_its_modes_on_its_way(tmp_path: Path) -> None:
    made, archive, there = tmp_path / "cdk.out", tmp_path / "assembly.tar", tmp_path / "there"
    program = made / "asset.1" / "bin" / "program"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (made / "asset.1" / ".hidden").write_text("x")
    (made / "manifest.json").write_text("{}")
    words = ["--archive", str(archive), "--assembly"]
    assert main(["assembly", "pack", *words, str(made)]) == 0
    assert main(["assembly", "unpack", *words, str(there)]) == 0
    assert (there / "asset.1/bin/program").stat().st_mode & 0o777 == 0o755
    assert (there / "asset.1/.hidden").exists()
    assert main(["assembly", "unpack", *words, str(there)]) == 1, "nothing is mixed with what is there"
    assert main(["assembly", "pack", *words, str(tmp_path / "nothing")]) == 1
