"""The commands that the pages name can be given: each of our programs is run without effect, each of AWS's has its options."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from botocore import xform_name

from delivery.cli import main
from delivery.commands import bake, deploy, preflight, smoke
from fakes.client import service_model
from fakes.cloudformation import Stack
from test_releasing import an_assembly
from worlds import STAGE, FakeWorld, an_image, assembly, services

PROGRAM = "./scripts/delivery "
# Subcommands that change nothing, and so have no --dry-run.
READING = ("drift", "preflight", "smoke")
ROOT = Path(__file__).resolve().parents[3]
PAGES = [ROOT / "docs" / name for name in ("operations.md", "contributing.md", "sign-in.md")]
LINES = [
    line.partition("  #")[0].strip()
    for page in PAGES
    for block in re.findall(r"^```sh\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
]
OURS = [line for line in LINES if line.startswith(PROGRAM)]
THEIRS = [line for line in LINES if line.startswith("aws ")]
# The tags of the first release, which need a repository on GitHub.
TAGGING = [line for line in LINES if line.startswith(("for package in ", "git push "))]
VALUES = {"OWNER/NAME": "owner/name"}


def test_every_line_of_a_block_is_tried() -> None:
    assert LINES
    assert [line for line in LINES if line not in [*OURS, *THEIRS, *TAGGING]] == []
    first = (ROOT / "docs" / "operations.md").read_text("utf-8").partition("```sh\n")[2].partition("```")[0]
    assert len(first.splitlines()) <= 5, "of the first deployment"


def test_the_first_release_tags_every_package_that_is_released() -> None:
    released = json.loads((ROOT / "release-please-config.json").read_text("utf-8"))["packages"].values()
    [loop, push] = TAGGING
    names = loop.removeprefix("for package in ").partition(";")[0].split()
    assert sorted(names) == sorted(package["component"] for package in released)
    assert push == "git push origin --tags"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeWorld:
    """A stage that is deployed, with two images."""
    world = FakeWorld()
    first, second = an_image(world).image_id, an_image(world).image_id
    for image in (first, second):
        assert main(["promote", "--stage", STAGE, image], services(world)) == 0
    service, builder = an_assembly(tmp_path, "1"), assembly(tmp_path)
    stack = Stack({"Resources": {}}, {"PageUrl": "https://page.example"})
    world.cloudformation.stacks["CracklingStack-prod"] = stack
    monkeypatch.setattr(deploy, "synthesise", lambda **_settings: service)
    monkeypatch.setattr(preflight, "synthesise", lambda **_settings: service)
    monkeypatch.setattr(bake, "synthesise", lambda **_settings: builder)
    monkeypatch.setattr(smoke, "check_stage", lambda *_stage: None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "cdk.out").symlink_to(service)
    return world


@pytest.mark.parametrize("line", OURS)
def test_our_programs_take_these_options(line: str, world: FakeWorld) -> None:
    subcommand, *words = [VALUES.get(word, word) for word in shlex.split(line.removeprefix(PROGRAM))]
    if subcommand == "clean":
        words = [word for word in words if word != "--delete"]
    elif subcommand not in READING:
        words.append("--dry-run")
    assert main([subcommand, *words], services(world)) == 0


@pytest.mark.parametrize("line", THEIRS)
def test_the_commands_of_aws_exist(line: str) -> None:
    _aws, service, command, *words = shlex.split(line)
    model = service_model(service)
    (operation,) = [one for one in model.operation_names if xform_name(one, "-") == command]
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    known = {f"--{xform_name(member, '-')}" for member in shape.members}
    given = {word for word in words if word.startswith("--")}
    assert given <= known
    assert {f"--{xform_name(member, '-')}" for member in shape.required_members} <= given
