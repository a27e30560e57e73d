"""Test the app, and the program that the CDK's command line runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crackling_infra.context import SettingsError
from crackling_infra.stand_ins import make_app

PACKAGE = Path(__file__).parents[2]


def test_both_stacks_carry_the_stage_and_no_environment(tmp_path: Path) -> None:
    stacks = make_app({"stage": "pr-17"}, tmp_path).synth().stacks
    assert {stack.id: stack.stack_name for stack in stacks} == {
        "CracklingStack": "CracklingStack-pr-17",
        "Ec2Stack": "Ec2Stack-pr-17",
    }
    # Neither account nor region is known: nothing was looked up, and the stacks fit any.
    assert {stack.environment.name for stack in stacks} == {"aws://unknown-account/unknown-region"}
    assert {tuple(stack.tags.items()) for stack in stacks} == {(("project", "crackling"), ("stage", "pr-17"))}


@pytest.mark.parametrize("key", ["layersDirectory", "functionsDirectory", "pageDirectory", "workerDirectory"])
def test_a_folder_that_is_not_built_is_named(key: str, tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    with pytest.raises(SettingsError, match=f"{missing}.*`(nox -s|python scripts/build.py) "):
        make_app({key: str(missing)}, tmp_path)


def test_the_entry_tells_what_is_missing_in_one_line(tmp_path: Path) -> None:
    """Run the program as the CDK's command line does, without the caller's credentials."""
    missing = tmp_path / "lambdas"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],  # jsii keeps its unpacked files there
        "CDK_CONTEXT_JSON": json.dumps({"functionsDirectory": str(missing)}),
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }
    command = [sys.executable, str(PACKAGE / "app.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"crackling: {missing}: no such folder, or it is empty; `nox -s layers` makes it\n"
