from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from cfnlint.api import lint_file  # type: ignore[import-untyped]
from moto import mock_aws

from delivery.account import stack
from delivery.account import template as account
from delivery.account.instance_types import builder_type
from delivery.account.preflight import Preflight
from delivery.cli import main
from delivery.preview.permissions import Permission, permissions
from delivery.services import Services
from delivery.stacks.cdk import CdkCli
from fakes.account import GENEROUS, FakeAccount, free_plan
from test_subject import a_repository
from worlds import SkippingClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BOOTSTRAP = ["bootstrap", "--repository", "owner/crackling", "--for", "production"]
OF_PULL_REQUESTS = [*BOOTSTRAP[:-1], "pull-requests"]


@pytest.fixture
def cloud() -> Iterator[None]:
    with mock_aws():
        yield


def of_role(name: str) -> list[Permission]:
    """Return what a role's own statements allow."""
    purpose = next(purpose for purpose, roles in account.ROLES.items() if name in roles)
    found = [one for one in permissions(account.template(purpose)) if one.who == f"{name}Role" and one.allows]
    return [one for one in found if one.action != "managed policy"]


@pytest.mark.parametrize("name", account.ENVIRONMENTS)
def test_no_role_has_a_policy_of_aws(name: str) -> None:
    purpose = next(purpose for purpose, roles in account.ROLES.items() if name in roles)
    assert "ManagedPolicyArns" not in account.template(purpose)["Resources"][f"{name}Role"]["Properties"]


@pytest.mark.parametrize("purpose", account.ROLES)
@pytest.mark.parametrize("exists", [False, True])
def test_the_template_is_right(exists: bool, purpose: str, tmp_path: Path) -> None:
    path = tmp_path / "account.template.json"
    path.write_text(json.dumps(account.template(purpose, provider_exists=exists)))
    assert [match.message for match in lint_file(path)] == []


def test_a_role_can_be_taken_from_its_environments_only() -> None:
    roles = account.template()["Resources"] | account.template("pull-requests")["Resources"]
    for name, environments in account.ENVIRONMENTS.items():
        role = roles[f"{name}Role"]["Properties"]
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        equal = trust["Condition"]["StringEquals"]
        assert equal[f"{account.ISSUER}:aud"] == "sts.amazonaws.com"
        subjects = equal[f"{account.ISSUER}:sub"]
        assert subjects == [{"Fn::Sub": f"${{SubjectPrefix}}:environment:{one}"} for one in environments]


def test_no_role_is_an_administrator() -> None:
    for name in account.ENVIRONMENTS:
        for one in of_role(name):
            assert not one.action.endswith("*"), one
            reads = one.action.split(":")[1].startswith(("Describe", "Get", "List"))
            assert one.resource != "*" or reads, one
            assert not one.action.startswith("iam:") or reads, one


def test_what_inspects_changes_nothing() -> None:
    reading = ("Describe", "Get", "Detect", "List", "View", "GET")
    changing = {
        one.action for one in of_role("Inspection") if not one.action.split(":")[1].startswith(reading)
    }
    # Change sets are made and deleted, and cannot be executed; their templates lie below one prefix.
    assert changing == {
        "cloudformation:CreateChangeSet",
        "cloudformation:DeleteChangeSet",
        "s3:PutObject",
        "s3:DeleteObject",
        "kms:Decrypt",
        "kms:GenerateDataKey",
    }
    assert "sts:AssumeRole" not in {one.action for one in of_role("Inspection")}


def test_what_cleans_deletes_images_of_workers_only() -> None:
    deleting = [
        one for one in of_role("Cleaning") if one.action in ("ec2:DeregisterImage", "ec2:DeleteSnapshot")
    ]
    assert deleting
    assert all("crackling:worker-image" in one.condition for one in deleting)
    assert "ssm:PutParameter" not in {one.action for one in of_role("Cleaning")}


def test_what_deploys_may_ask_all_that_preflight_asks() -> None:
    asked = FakeAccount(concurrency=400, distributions=0)
    Preflight(asked.clients, GENEROUS).findings()
    assert set(asked.asked) <= {one.action for one in of_role("Deployment")}


def test_what_bakes_may_ask_for_types() -> None:
    asked = free_plan()
    builder_type(asked.clients, "t2.nano", "x86_64")
    assert set(asked.asked) == {"ec2:DescribeInstanceTypes", "freetier:GetAccountPlanState"}
    assert set(asked.asked) <= {one.action for one in of_role("Baking")}


def test_only_the_account_of_pull_requests_deletes_stages_and_only_theirs() -> None:
    assert "cloudformation:DeleteStack" not in {one.action for one in of_role("Deployment")}
    deleting = [one for one in of_role("Ephemeral") if one.action == "cloudformation:DeleteStack"]
    assert deleting
    assert all("-pr-*" in one.resource for one in deleting)


def test_unreviewed_code_gets_no_role_of_the_account_of_production() -> None:
    trusting = [
        name
        for name, one in account.template()["Resources"].items()
        if one["Type"] == "AWS::IAM::Role" and ":environment:ephemeral" in json.dumps(one)
    ]
    assert trusting == []
    assert [one for one in account.template("pull-requests")["Resources"] if one != "Provider"] == [
        "EphemeralRole"
    ]


def test_what_an_account_is_for_has_to_be_said() -> None:
    with pytest.raises(SystemExit) as told:
        main(BOOTSTRAP[:-2])
    assert told.value.code == 2


@pytest.mark.parametrize(
    ("words", "stage", "told"),
    [
        (OF_PULL_REQUESTS, "prod", "has the stages prod"),
        (OF_PULL_REQUESTS, "dev", "has the stages dev"),
        (BOOTSTRAP, "pr-7", "has the stages pr-7"),
    ],
)
def test_an_account_is_for_one_purpose(
    words: list[str],
    stage: str,
    told: str,
    cloud: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(CdkCli, "bootstrap", lambda _self, _environment: pytest.fail("too late"))
    topic = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    boto3.client("cloudformation").create_stack(StackName=f"CracklingStack-{stage}", TemplateBody=topic)
    assert main(words, Services(clock=SkippingClock(), github=a_repository())) == 1
    assert told in capsys.readouterr().err


def test_the_account_of_pull_requests_is_prepared_and_stays_theirs(
    cloud: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(CdkCli, "bootstrap", lambda _self, _environment: None)
    services = Services(clock=SkippingClock(), github=a_repository())
    assert main(OF_PULL_REQUESTS, services) == 0
    variables = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert set(variables) == {"EPHEMERAL_REGION", "EPHEMERAL_ROLE_ARN"}
    assert main(BOOTSTRAP, services) == 1
    assert "is prepared for pull-requests" in capsys.readouterr().err


def test_it_prepares_an_account_and_does_so_again(
    cloud: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(CdkCli, "bootstrap", lambda _self, environment: asked.append(environment))
    for _ in range(2):
        assert main(BOOTSTRAP, Services(clock=SkippingClock(), github=a_repository(ids=True))) == 0
    assert asked == ["aws://123456789012/us-east-1"] * 2
    variables = dict(line.split("=", 1) for line in capsys.readouterr().out.splitlines())
    assert set(variables) == {"AWS_REGION", *stack.VARIABLES} - {"EPHEMERAL_ROLE_ARN"}
    assert variables["BAKING_ROLE_ARN"].startswith("arn:aws:iam::123456789012:role/")
    role = boto3.client("iam").get_role(RoleName=variables["BAKING_ROLE_ARN"].rpartition("/")[2])["Role"]
    document: Any = role["AssumeRolePolicyDocument"]
    subject = document["Statement"][0]["Condition"]["StringEquals"][f"{account.ISSUER}:sub"]
    assert subject == ["repo:owner@7/crackling@42:environment:baking"]


def test_nothing_is_made_before_github_has_answered(
    cloud: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(CdkCli, "bootstrap", lambda _self, environment: asked.append(environment))
    assert main(BOOTSTRAP, Services(clock=SkippingClock(), github=a_repository(hidden=True))) == 1
    assert "gh auth token" in capsys.readouterr().err
    given = [*BOOTSTRAP, "--subject-prefix", "repo:owner/crackling"]
    assert asked == []
    assert main(given, Services(clock=SkippingClock(), github=a_repository(hidden=True))) == 0
    assert len(asked) == 1


def test_a_dry_run_prints_the_template(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BOOTSTRAP, "--dry-run"]) == 0
    assert json.loads(capsys.readouterr().out) == account.template()


def test_a_repository_has_an_owner_and_a_name() -> None:
    with pytest.raises(SystemExit) as told:
        main(["bootstrap", "--repository", "crackling", "--for", "production"])
    assert told.value.code == 2
