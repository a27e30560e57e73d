from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from delivery.cli import main
from delivery.commands import attach_wheels

if TYPE_CHECKING:
    from pathlib import Path

WHEELS = ("a-py3-none-macosx_11_0_arm64.whl", "b-py3-none-manylinux_2_28_x86_64.whl")


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the arguments of a stand-in for gh, which refuses the tag `absent`."""
    (tmp_path / "wheels").mkdir()
    script = f'#!/bin/sh\necho "$@" > {tmp_path}/uploads\n[ "$3" != absent ]\n'
    (tmp_path / "gh").write_text(script)
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(attach_wheels, "WHEELS", tmp_path / "wheels")
    return tmp_path / "uploads"


def test_all_wheels_are_attached(uploads: Path) -> None:
    paths = [uploads.parent / "wheels" / name for name in WHEELS]
    for path in paths:
        path.touch()
    assert main(["attach-wheels", "crackling-v1.0.0"]) == 0
    words = ["release", "upload", "crackling-v1.0.0", *map(str, paths), "--clobber"]
    assert uploads.read_text().split() == words


def test_without_wheels_nothing_is_attached(uploads: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attach-wheels", "crackling-v1.0.0"]) == 1
    assert "./scripts/test -s wheels" in capsys.readouterr().err
    assert not uploads.exists()


def test_a_failed_upload_fails(uploads: Path) -> None:
    (uploads.parent / "wheels" / WHEELS[0]).touch()
    assert main(["attach-wheels", "absent"]) == 1
