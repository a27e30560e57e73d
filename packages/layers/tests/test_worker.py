"""Test that the worker's payload has what a plain machine needs, for its processor, and nothing of this machine."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from layer_recipes import elf, store, tree, worker
from layer_recipes.target import Target

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", params=["x86_64", "arm64"])
def target(request: pytest.FixtureRequest) -> Target:
    return Target(arch=request.param)


@pytest.fixture(scope="module")
def payload(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store.bring(worker.WORKER, target, tmp_path_factory.mktemp("build")).path


def test_what_it_holds(payload: Path) -> None:
    names = {path.relative_to(payload).as_posix() for path in tree.files(payload)}
    ours = {name for name in names if name.endswith(".whl")}
    units = {f"units/crackling-{unit}" for unit in ("worker.service", "lifetime.service", "lifetime.timer")}
    assert names - ours == {"init.sh", "requirements.txt", *units}
    assert len(ours) == 3


def test_the_wheel_is_for_the_machine_with_its_kernel(payload: Path, target: Target, tmp_path: Path) -> None:
    [wheel] = (payload / "wheels").glob("crackling_cloud-*.whl")
    assert wheel.name.endswith(f"-py3-none-linux_{target.machine}.whl")
    with zipfile.ZipFile(wheel) as archive:
        kernel = archive.read("crackling/_kernel.so")
    assert elf.machine(kernel) == target.machine


def test_everything_that_is_fetched_is_pinned(payload: Path) -> None:
    entries = re.split(r"\n(?! )", (payload / "requirements.txt").read_text().strip())
    names = [entry.partition("==")[0] for entry in entries]
    assert set(names) >= {"boto3", "isal", "urllib3", "xopen"}
    assert len(set(names)) == len(names)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_same_again(payload: Path, target: Target, tmp_path: Path) -> None:
    again = store.bring(worker.WORKER, target, tmp_path).path
    assert tree.digest(again) == tree.digest(payload)


def test_its_lines_end_as_unix_wants_them(payload: Path) -> None:
    for path in tree.files(payload):
        if path.suffix != ".whl":
            assert b"\r" not in path.read_bytes(), path
