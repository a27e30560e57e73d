"""Test the completion scripts for shells."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from crackling.cli.completion import SHELLS
from crackling.cli.main import COMMANDS, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def script(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["--print-completion", request.param])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("script", SHELLS, indirect=True)
def test_every_command_and_its_options_are_in_it(script: str) -> None:
    assert all(command in script for command in COMMANDS)
    assert all(option in script for option in ("genome", "shard-bases", "search", "bowtie2-index"))


COMPLETE = """
. ./script
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_shtab_crackling
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize("script", ["bash"], indirect=True)
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["crackling", "d"], ["design"]),
        (["crackling", "design", "x", "--format", "g"], ["gff3", "genbank"]),
        (["crackling", "design", "--all"], ["--all-folds"]),
        (["crackling", "design", "gen"], ["gene.fa"]),
        (["crackling", "design", "x", "--genome", "gen"], ["gene.fa"]),
        (["crackling", "align", "x", "--bowtie2", "fol"], ["folder"]),
        (["crackling", "genome", "gen"], [""]),
    ],
)
def test_bash_completes(script: str, typed: list[str], completed: list[str], tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    (tmp_path / "script").write_text(script)
    (tmp_path / "gene.fa").touch()
    (tmp_path / "folder").mkdir()
    done = subprocess.run(
        [bash, "-c", COMPLETE, "bash", *typed], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == completed


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh_gets_no_colon_that_would_end_a_field(script: str) -> None:
    """In zsh's scripts, an option is `--name[help]:argument:completion`."""
    specs = re.findall(r'^  "--[\w-]+\[(?:[^]\\]|\\.)*\](.*)"$', script, re.MULTILINE)
    assert len(specs) > 20
    assert {spec for spec in specs if spec.count(":") not in {0, 2}} == set()
