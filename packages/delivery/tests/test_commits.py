from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delivery.cli import main
from delivery.program import DeliveryError
from delivery.repository import ROOT
from delivery.workflows.commits import AREAS, TYPES, fault, titles
from repositories import git

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "title",
    [
        "feat(crackling): read CRAM",
        "fix!: refuse genomes without a name",
        "refactor(delivery)!: one program with subcommands",
        "docs: add a glossary",
        "ci(deps): raise the version of an action (#12)",
    ],
)
def test_conventional_titles_pass(title: str) -> None:
    assert fault(title) is None
    assert main(["lint-commits", "--title", title]) == 0


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Read CRAM", "is not `type(scope): what it does`"),
        ("feat(crackling) read CRAM", "is not `type(scope): what it does`"),
        ("feat(crackling):read CRAM", "is not `type(scope): what it does`"),
        ("feat: ", "is not `type(scope): what it does`"),
        ("feature(crackling): read CRAM", "has the type feature, which is none of build, chore, ci"),
        ("feat(science): read CRAM", "has the scope science, which is none of ci, crackling, crackling_aws"),
        ("feat(): read CRAM", "has the scope "),
        ("feat(crackling): read CRAM.", "ends with a full stop"),
        ("", "is not `type(scope): what it does`"),
    ],
)
def test_other_titles_fail_and_say_why(title: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint-commits", "--title", title]) == 1
    assert f"title: {title!r} {words}" in capsys.readouterr().err


@given(
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(["", "(infra)", *(f"({area})" for area in AREAS)]),
    st.sampled_from(["", "!"]),
)
def test_every_type_and_scope_may_break(kind: str, scope: str, mark: str) -> None:
    assert fault(f"{kind}{scope}{mark}: do it") is None


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with an old title, then release-please's first commit, a branch and its merge."""
    git(tmp_path, "init")
    commit(tmp_path, "Anything goes here")
    start = {"bootstrap-sha": git(tmp_path, "rev-parse", "HEAD")}
    (tmp_path / "release-please-config.json").write_text(json.dumps(start))
    git(tmp_path, "checkout", "-b", "change")
    commit(tmp_path, "feat: first")
    git(tmp_path, "checkout", "main")
    git(tmp_path, "merge", "--no-ff", "-m", "Merge branch 'change'", "change")
    return tmp_path


def commit(repository: Path, title: str) -> None:
    git(repository, "commit", "--allow-empty", "-m", title)


def test_titles_are_those_since_the_start_without_merges(repository: Path) -> None:
    commit(repository, "fix: second")
    assert [title for _commit, title in titles(repository)] == ["fix: second", "feat: first"]


def test_titles_are_those_since_the_last_release(repository: Path) -> None:
    git(repository, "tag", "crackling-v0.2.0")
    assert titles(repository) == []
    commit(repository, "fix: second")
    assert [title for _commit, title in titles(repository)] == ["fix: second"]


def test_a_start_that_git_does_not_know_is_told(repository: Path) -> None:
    (repository / "release-please-config.json").write_text(json.dumps({"bootstrap-sha": "0" * 40}))
    with pytest.raises(DeliveryError, match="`git fetch --unshallow` gets all commits"):
        titles(repository)


def test_the_titles_of_release_please_pass() -> None:
    """Its own pattern has the branch as scope."""
    config = json.loads((ROOT / "release-please-config.json").read_text("utf-8"))
    pattern = config["pull-request-title-pattern"]
    title = pattern.replace("${component}", " crackling").replace("${version}", "0.3.0")
    assert title == "chore: release crackling 0.3.0"
    assert fault(title) is None


def test_release_please_starts_at_a_commit_of_this_repository() -> None:
    assert titles(ROOT) or git(ROOT, "describe", "--tags", "--abbrev=0")
