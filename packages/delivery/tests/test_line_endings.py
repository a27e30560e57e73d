from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.cli import main
from delivery.repository import ROOT
from delivery.workflows.line_endings import known_files, with_carriage_returns
from delivery.workflows.linters import shell_scripts
from repositories import git

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_an_init_script_with_windows_line_endings_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "init.sh"
    real = ROOT / "packages/ec2_worker/init.sh"
    script.write_bytes(real.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["check-line-endings", str(script)]) == 1
    assert "init.sh:1: ends with a carriage return" in capsys.readouterr().err
    assert main(["check-line-endings", str(real)]) == 0


def test_one_such_line_is_enough_and_binary_files_are_left_alone(tmp_path: Path) -> None:
    mixed, binary, clean = (tmp_path / name for name in ("mixed", "binary", "clean"))
    mixed.write_bytes(b"a\nb\r\nc\n")
    binary.write_bytes(b"\0\r\n")
    clean.write_bytes(b"a\rb\n")
    assert with_carriage_returns([mixed, binary, clean]) == [(mixed, 2)]


def test_what_git_ignores_is_not_looked_at(tmp_path: Path) -> None:
    git(tmp_path, "init")
    for name, text in ((".gitignore", "built\n"), ("built", "x\r\n"), ("new", "x\n"), ("tracked", "x\n")):
        (tmp_path / name).write_text(text)
    git(tmp_path, "add", "tracked")
    (tmp_path / "link").symlink_to("built")
    found = [path.name for path in known_files(tmp_path)]
    assert found == [".gitignore", "new", "tracked"]


def test_every_shell_script_is_linted() -> None:
    found = {str(path.relative_to(ROOT)) for path in shell_scripts(ROOT)}
    assert {
        "scripts/run",
        "scripts/delivery",
        "packages/ec2_worker/init.sh",
    } <= found
