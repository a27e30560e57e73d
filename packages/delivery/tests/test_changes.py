from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.cli import main
from delivery.workflows.changes import PATTERNS, affected, changed_files
from repositories import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("files", "parts"),
    [
        ([], set()),
        (["packages/frontend/src/page.js"], {"frontend", "infra", "localcloud"}),
        (["packages/lambdas/src/crackling_lambdas/handlers/api.py"], {"lambdas", "infra", "localcloud"}),
        (["packages/infra/src/crackling_infra/settings.py"], {"infra", "localcloud", "delivery"}),
        (
            ["packages/localcloud/src/localcloud/standins/ncbi.py"],
            {
                "crackling",
                "crackling_aws",
                "lambdas",
                "ec2_worker",
                "infra",
                "localcloud",
                "delivery",
                "docs",
            },
        ),
        (["packages/delivery/src/delivery/cli.py"], {"delivery", "localcloud"}),
        (["docs/api.md"], {"docs", "delivery"}),
        (["packages/layers/README.md"], {"docs", "delivery"}),
        (["packages/crackling/native/kernel.c"], set(PATTERNS) - {"frontend"}),
        (["packages/ec2_worker/init.sh"], {"ec2_worker", "infra", "localcloud"}),
        (["docs/api.md", "packages/infra/app.py"], {"docs", "infra", "localcloud", "delivery"}),
        (["noxfile.py"], set(PATTERNS)),
        ([".github/workflows/ci.yml"], set(PATTERNS)),
        (["docs/api.md", "something/new"], set(PATTERNS)),
    ],
)
def test_parts_of_a_change(files: list[str], parts: set[str]) -> None:
    assert affected(files) == parts


@given(st.lists(st.sampled_from(["docs/a.md", "packages/infra/a.py", "packages/layers/a.py", "x"])))
def test_more_changes_never_concern_less(files: list[str]) -> None:
    for count in range(len(files)):
        assert affected(files[:count]) <= affected(files)


def test_changed_files_are_those_since_the_two_went_apart(tmp_path: Path) -> None:
    git(tmp_path, "init")
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    base = git(tmp_path, "rev-parse", "HEAD")
    git(tmp_path, "mv", "one", "other")
    git(tmp_path, "commit", "-m", "renamed")
    assert changed_files(base, tmp_path) == ["one", "other"]
    assert changed_files("0" * 40, tmp_path) is None, "the first push of a branch"
    assert changed_files("f" * 40, tmp_path) is None, "a commit that was pushed over"
    assert changed_files("--output=/dev/null", tmp_path) is None


def test_without_a_known_commit_all_is_concerned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["changes"]) == 0
    assert capsys.readouterr().out == "".join(f"{part}=true\n" for part in PATTERNS)
    output = tmp_path / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    assert main(["changes", ""]) == 0
    assert output.read_text().count("=true\n") == len(PATTERNS)
