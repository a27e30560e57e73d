from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from delivery.cli import main
from delivery.services import Services
from fakes.client import refusal
from fakes.cloudformation import Stack
from test_github import FakeGitHub
from test_releasing import STACK, an_assembly
from worlds import FakeWorld

if TYPE_CHECKING:
    from pathlib import Path


def a_drift(name: str, status: str = "MODIFIED") -> dict[str, Any]:
    places = [
        {
            "PropertyPath": "/MemorySize",
            "ExpectedValue": "1",
            "ActualValue": "2",
            "DifferenceType": "NOT_EQUAL",
        }
    ]
    return {
        "StackId": "stack",
        "LogicalResourceId": name,
        "ResourceType": "AWS::Lambda::Function",
        "StackResourceDriftStatus": status,
        "Timestamp": datetime.now(UTC),
        "PropertyDifferences": places if status == "MODIFIED" else [],
    }


@pytest.fixture
def world(tmp_path: Path) -> FakeWorld:
    world = FakeWorld()
    template = json.loads((an_assembly(tmp_path, "1") / "CracklingStack.template.json").read_text())
    world.cloudformation.stacks[STACK] = Stack(template, {})
    return world


def run(world: FakeWorld, there: FakeGitHub, assembly: Path, *arguments: str) -> int:
    words = ["drift", "--stage", "prod", "--assembly", str(assembly), *arguments]
    return main(words, Services(aws=world.aws, github=there.client(), clock=world.clock))


def test_drift_opens_one_issue_that_is_closed_when_it_has_gone(world: FakeWorld, tmp_path: Path) -> None:
    there, assembly = FakeGitHub(), tmp_path / "1"
    assert run(world, there, assembly, "--issue") == 0
    assert there.issues == []
    world.cloudformation.drifts = [a_drift("Api"), a_drift("Scan"), a_drift("Reaper", "DELETED")]
    for _ in range(2):
        assert run(world, there, assembly, "--issue") == 0
    (issue,) = there.issues
    assert "changed: `Api` (AWS::Lambda::Function): /MemorySize" in issue["body"]
    assert "`Scan`" in issue["body"], "it is on another page"
    assert "**deleted**: `Reaper`" in issue["body"]
    world.cloudformation.drifts = []
    assert run(world, there, assembly, "--issue") == 0
    assert issue["state"] == "closed"


def test_another_template_is_drift_too(
    world: FakeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = FakeGitHub()
    assert run(world, there, an_assembly(tmp_path, "2")) == 0
    assert '+ Properties.V: "2"' in capsys.readouterr().out
    assert there.writes == [], "without --issue it only prints"


def test_a_stack_that_is_not_there_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(FakeWorld(), FakeGitHub(), an_assembly(tmp_path, "1"), "--issue") == 1
    assert "is not deployed" in capsys.readouterr().err


def test_what_could_not_be_looked_for_is_no_good_news(world: FakeWorld, tmp_path: Path) -> None:
    there = FakeGitHub()
    world.cloudformation.drifts = [a_drift("Api")]
    assert run(world, there, tmp_path / "1", "--issue") == 0

    def refuse(name: str, _when: str) -> None:
        if name == "describe_stack_resource_drifts":
            raise refusal("AccessDenied", name)

    world.meddle = refuse
    assert run(world, there, tmp_path / "1", "--issue") == 1
    assert there.issues[0]["state"] == "open"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MailTopic1B18EFD8", "AWS::SNS::Topic"),
        ("SignInInstitute55B3D14D", "AWS::Cognito::UserPoolIdentityProvider"),
    ],
)
def test_what_would_be_read_with_users_or_secrets_is_left_out(
    world: FakeWorld, tmp_path: Path, name: str, kind: str
) -> None:
    unseen = a_drift(name, "UNKNOWN") | {"ResourceType": kind}
    world.cloudformation.drifts = [unseen, a_drift("Api")]
    there = FakeGitHub()
    assert run(world, there, tmp_path / "1", "--issue") == 0
    assert "`Api`" in there.issues[0]["body"]
    assert name not in there.issues[0]["body"]


def test_a_resource_that_could_not_be_read_fails(
    world: FakeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.cloudformation.drifts = [
        a_drift("Api", "UNKNOWN") | {"DriftStatusReason": "lambda:GetFunction is not allowed"}
    ]
    assert run(world, FakeGitHub(), tmp_path / "1", "--issue") == 1
    assert "Api: lambda:GetFunction is not allowed" in capsys.readouterr().err
    world.cloudformation.drifts, world.cloudformation.detection_fails = [], True
    assert run(world, FakeGitHub(), tmp_path / "1", "--issue") == 1
