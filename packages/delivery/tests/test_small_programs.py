"""Line endings, change detection, the gate, and what all programs have in common."""

from __future__ import annotations

import importlib
import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery import assembly, changes, check_line_endings, gate, lint_workflows
from test_workflows import PROGRAMS

if TYPE_CHECKING:
    from pathlib import Path

# --- line endings ---


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_an_init_script_with_windows_line_endings_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "init.sh"
    real = check_line_endings.ROOT / "packages/ec2_worker/init.sh"
    script.write_bytes(real.read_bytes().replace(b"\n", b"\r\n"))
    assert check_line_endings.main([str(script)]) == 1
    assert "init.sh:1: ends with a carriage return" in capsys.readouterr().err
    assert check_line_endings.main([str(real)]) == 0


def test_one_such_line_is_enough_and_binary_files_are_left_alone(tmp_path: Path) -> None:
    mixed, binary, clean = (tmp_path / name for name in ("mixed", "binary", "clean"))
    mixed.write_bytes(b"a\nb\r\nc\n")
    binary.write_bytes(b"\0\r\n")
    clean.write_bytes(b"a\rb\n")
    assert check_line_endings.with_carriage_returns([mixed, binary, clean]) == [(mixed, 2)]


def test_what_git_ignores_is_not_looked_at(tmp_path: Path) -> None:
    git(tmp_path, "init")
    for name, text in ((".gitignore", "built\n"), ("built", "x\r\n"), ("new", "x\n"), ("tracked", "x\n")):
        (tmp_path / name).write_text(text)
    git(tmp_path, "add", "tracked")
    (tmp_path / "link").symlink_to("built")
    found = [path.name for path in check_line_endings.known_files(tmp_path)]
    assert found == [".gitignore", "new", "tracked"]


def test_every_shell_script_is_linted() -> None:
    found = {
        str(path.relative_to(check_line_endings.ROOT))
        for path in lint_workflows.shell_scripts(check_line_endings.ROOT)
    }
    assert {
        "scripts/run",
        "scripts/bake_ami",
        "scripts/start",
        "packages/ec2_worker/init.sh",
    } <= found


# --- change detection ---


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ([], set()),
        (["packages/frontend/src/page.js"], {"frontend", "infra", "localcloud"}),
        (["packages/lambdas/src/crackling_lambdas/handlers/api.py"], {"lambdas", "infra", "localcloud"}),
        (["packages/infra/src/crackling_infra/settings.py"], {"infra", "localcloud"}),
        (
            ["packages/localcloud/src/localcloud/standins/ncbi.py"],
            {"crackling", "lambdas", "ec2_worker", "infra", "localcloud", "docs"},
        ),
        (["docs/api.md"], {"docs"}),
        (["packages/layers/README.md"], {"docs"}),
        (
            ["packages/crackling/native/kernel.c"],
            {"crackling", "crackling_aws", "layers", "lambdas", "ec2_worker", "infra", "localcloud", "docs"},
        ),
        (["packages/ec2_worker/init.sh"], {"ec2_worker", "infra", "localcloud"}),
        (["docs/api.md", "packages/infra/app.py"], {"docs", "infra", "localcloud"}),
        (["noxfile.py"], set(changes.PLACES)),
        ([".github/workflows/ci.yml"], set(changes.PLACES)),
        (["docs/api.md", "something/new"], set(changes.PLACES)),
    ],
)
def test_parts_of_a_change(files: list[str], parts: set[str]) -> None:
    assert changes.concerned(files) == parts


@given(st.lists(st.sampled_from(["docs/a.md", "packages/infra/a.py", "packages/layers/a.py", "x"])))
def test_more_changes_never_concern_less(files: list[str]) -> None:
    for count in range(len(files)):
        assert changes.concerned(files[:count]) <= changes.concerned(files)


def test_changed_files_are_those_since_the_two_went_apart(tmp_path: Path) -> None:
    git(tmp_path, "init")
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    base = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "mv", "one", "other")
    git(tmp_path, "commit", "-m", "renamed")
    assert changes.changed_files(base, tmp_path) == ["one", "other"]
    assert changes.changed_files("0" * 40, tmp_path) is None, "the first push of a branch"
    assert changes.changed_files("f" * 40, tmp_path) is None, "a commit that was pushed over"
    assert changes.changed_files("--output=/dev/null", tmp_path) is None


def test_without_a_known_commit_all_is_concerned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert changes.main([]) == 0
    assert capsys.readouterr().out == "".join(f"{part}=true\n" for part in changes.PLACES)
    output = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    assert changes.main([""]) == 0
    assert output.read_text().count("=true\n") == len(changes.PLACES)


# --- the gate ---


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({"changes": "success", "layers": "success", "docs": "skipped"}, 0),
        ({"changes": "success", "layers": "failure"}, 1),
        ({"changes": "success", "layers": "cancelled"}, 1),
        ({"changes": "skipped", "layers": "skipped"}, 1),
        ({"changes": "failure", "layers": "skipped"}, 1),
        ({}, 1),
    ],
)
def test_the_gate(results: dict[str, str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = {job: {"result": result, "outputs": {}} for job, result in results.items()}
    monkeypatch.setenv("NEEDS", json.dumps(needs))
    assert gate.main([]) == code


def test_the_gate_is_shut_without_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert gate.main([]) == 1
    assert "NEEDS is not JSON" in capsys.readouterr().err


# --- the assembly between two jobs ---


def test_an_assembly_keeps_its_modes_on_its_way(tmp_path: Path) -> None:
    made, archive, there = tmp_path / "cdk.out", tmp_path / "assembly.tar", tmp_path / "there"
    program = made / "asset.1" / "bin" / "program"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (made / "asset.1" / ".hidden").write_text("x")
    (made / "manifest.json").write_text("{}")
    words = ["--archive", str(archive), "--assembly"]
    assert assembly.main(["pack", *words, str(made)]) == 0
    assert assembly.main(["unpack", *words, str(there)]) == 0
    assert (there / "asset.1/bin/program").stat().st_mode & 0o777 == 0o755
    assert (there / "asset.1/.hidden").exists()
    assert assembly.main(["unpack", *words, str(there)]) == 1, "nothing is mixed with what is there"
    assert assembly.main(["pack", *words, str(tmp_path / "nothing")]) == 1


# --- all programs ---


@pytest.mark.parametrize("name", PROGRAMS)
def test_help_tells_what_it_does_and_its_exit_codes(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("delivery.preview.__main__" if name == "preview" else f"delivery.{name}")
    monkeypatch.setattr("sys.argv", [module.__file__])
    with pytest.raises(SystemExit) as told:
        module.main(["--help"])
    assert told.value.code == 0
    said = capsys.readouterr().out
    assert said.startswith(f"usage: {name} ")
    assert "exit codes: 0" in said


def test_without_a_region_there_is_a_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    assert importlib.import_module("delivery.promote_ami").main(["--stage=dev"]) == 1
    assert capsys.readouterr().err == "error: the environment names no region; set AWS_DEFAULT_REGION\n"


CHANGING = ("bake_ami", "promote_ami", "deploy", "bootstrap_account", "clean_images")


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_something_can_be_tried_without(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        importlib.import_module(f"delivery.{name}").main(["--help"])
    told = capsys.readouterr().out
    assert "--dry-run" in told or "Without --delete it only tells" in " ".join(told.split())


@pytest.mark.parametrize("stage", ["Prod", "a b", "", "x" * 25, "a--b", "-a"])
def test_stages_are_those_that_the_stacks_accept(stage: str) -> None:
    promote = importlib.import_module("delivery.promote_ami")
    with pytest.raises(SystemExit) as told:
        promote.main([f"--stage={stage}"])
    assert told.value.code == 2
