from __future__ import annotations

import pytest

from delivery.cli import SUBCOMMANDS, main


def help_of(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as told:
        main([*words, "--help"])
    assert told.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_tells_what_it_does_and_its_exit_codes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of(capsys, name)
    assert said.startswith(f"usage: delivery {name} ")
    assert "exit codes: 0" in said
    assert said.partition("\n\n")[2].partition(".")[0], "a description"


def test_the_help_of_the_program_lists_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    said = help_of(capsys)
    assert "exit codes: 0" in said
    words = " ".join(said.split())
    assert all(f" {name} {summary}" in words for name, summary in SUBCOMMANDS.items())


@pytest.mark.parametrize("words", [[], ["bake-ami"], ["deploy", "--stag"], ["--stage", "prod"]])
def test_usage_that_is_wrong_has_an_exit_code_of_its_own(words: list[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(words)
    assert told.value.code == 2


def test_without_a_region_there_is_a_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert main(["promote", "--stage=dev"]) == 1
    assert capsys.readouterr().err == "error: the environment names no region; set AWS_DEFAULT_REGION\n"


@pytest.mark.parametrize("name", ["bake", "promote", "deploy", "bootstrap", "clean"])
def test_what_changes_something_can_be_tried_without(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = help_of(capsys, name)
    assert "--dry-run" in told or "Without --delete, the command only says" in " ".join(told.split())


@pytest.mark.parametrize("stage", ["Prod", "a b", "", "x" * 25, "a--b", "-a"])
def test_stages_are_those_that_the_stacks_accept(stage: str) -> None:
    with pytest.raises(SystemExit) as told:
        main(["promote", f"--stage={stage}"])
    assert told.value.code == 2
