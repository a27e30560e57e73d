from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from delivery.cli import main
from delivery.commands import attach

if TYPE_CHECKING:
    from pathlib import Path

FILES = {
    "wheels": ("a-py3-none-macosx_11_0_arm64.whl", "b-py3-none-manylinux_2_28_x86_64.whl"),
    "sbom": ("packages.csv", "python.cdx.json"),
}
every_kind = pytest.mark.parametrize("kind", attach.KINDS)


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with the arguments of a stand-in for gh, which refuses the tag `absent`."""
    for kind in attach.KINDS:
        (tmp_path / kind).mkdir()
    script = f'#!/bin/sh\necho "$@" >> {tmp_path}/uploads\n[ "$3" != absent ]\n'
    (tmp_path / "gh").write_text(script)
    (tmp_path / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(attach, "BUILD", tmp_path)
    return tmp_path / "uploads"


@every_kind
def test_all_files_of_a_kind_are_attached(kind: str, uploads: Path) -> None:
    for each, names in FILES.items():
        for name in names:
            (uploads.parent / each / name).touch()
    assert main(["attach", kind, "crackling-v1.0.0"]) == 0
    paths = [str(uploads.parent / kind / name) for name in FILES[kind]]
    assert uploads.read_text().split() == ["release", "upload", "crackling-v1.0.0", *paths, "--clobber"]


def test_all_releases_of_a_run_get_the_bills(uploads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Named as release-please names its outputs."""
    (uploads.parent / "sbom" / "python.cdx.json").touch()
    outputs = {
        "releases_created": "true",
        "paths_released": '["packages/infra","packages/lambdas"]',
        "packages/infra--release_created": "true",
        "packages/infra--tag_name": "infra-v1.0.0",
        "packages/lambdas--tag_name": "lambdas-v2.0.0",
    }
    monkeypatch.setenv("RELEASES", json.dumps(outputs))
    assert main(["attach", "sbom"]) == 0
    assert [line.split()[2] for line in uploads.read_text().splitlines()] == [
        "infra-v1.0.0",
        "lambdas-v2.0.0",
    ]


@pytest.mark.parametrize("outputs", ["", '{"releases_created": "false"}'])
def test_without_a_release_nothing_is_attached(
    outputs: str, uploads: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (uploads.parent / "sbom" / "python.cdx.json").touch()
    monkeypatch.setenv("RELEASES", outputs)
    assert main(["attach", "sbom"]) == 1
    assert "no release: name its tag" in capsys.readouterr().err
    assert not uploads.exists()


@every_kind
def test_without_files_nothing_is_attached(
    kind: str, uploads: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["attach", kind, "crackling-v1.0.0"]) == 1
    assert attach.KINDS[kind][1] in capsys.readouterr().err
    assert not uploads.exists()


@every_kind
def test_a_failed_upload_fails(kind: str, uploads: Path) -> None:
    (uploads.parent / kind / FILES[kind][0]).touch()
    assert main(["attach", kind, "absent"]) == 1
