"""Previews of real templates: the app is synthesised, and changed as a developer would change it."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from crackling_infra.stand_ins import DEVELOPMENT, PRODUCTION, make_app
from delivery.cli import main
from delivery.github import LIMIT
from delivery.preview.difference import Difference, Kind, compare
from delivery.preview.markdown import markdown
from delivery.preview.replacement import Replacement, of_change
from delivery.services import Services
from test_github import FakeGitHub

if TYPE_CHECKING:
    from pathlib import Path

Template = dict[str, Any]


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prod")
    make_app(PRODUCTION, folder).synth()
    return folder / "cdk.out"


@pytest.fixture(scope="module")
def synthesised(assembly: Path) -> Template:
    template: Template = json.loads((assembly / "CracklingStack.template.json").read_text())
    return template


@pytest.fixture
def base(synthesised: Template) -> Template:
    return copy.deepcopy(synthesised)


@pytest.fixture
def head(synthesised: Template) -> Template:
    return copy.deepcopy(synthesised)


def the(template: Template, kind: str) -> tuple[str, dict[str, Any]]:
    """The first resource of a type."""
    return next((name, one) for name, one in template["Resources"].items() if one["Type"] == kind)


def told(base: Template, head: Template) -> tuple[Difference, str]:
    difference = compare("CracklingStack-prod", base, head)
    return difference, markdown(difference, "abc123")


def test_no_change_is_one_line(base: Template, head: Template) -> None:
    difference, text = told(base, head)
    assert not difference
    assert "**Nothing changes.** (commit abc123)" in text


def test_the_order_of_what_is_written_is_no_change(base: Template, head: Template) -> None:
    head["Resources"] = dict(reversed(head["Resources"].items()))
    assert not compare("s", base, head)


def test_an_added_resource(base: Template, head: Template) -> None:
    head["Resources"]["Topic"] = {"Type": "AWS::SNS::Topic", "Properties": {}}
    difference, text = told(base, head)
    assert [(one.name, one.kind) for one in difference.changes] == [("Topic", Kind.ADDED)]
    assert "1 added" in text
    assert "### Destructive" not in text


def test_a_changed_property_is_told_with_its_values(base: Template, head: Template) -> None:
    name, function = the(head, "AWS::Lambda::Function")
    function["Properties"]["MemorySize"] = 4321
    difference, text = told(base, head)
    (change,) = difference.changes
    assert (change.name, change.kind, change.destructive) == (name, Kind.CHANGED, False)
    assert "+ Properties.MemorySize: 4321" in text


def test_a_replaced_table_loses_its_data_unless_it_is_kept(base: Template, head: Template) -> None:
    name, table = the(head, "AWS::DynamoDB::Table")
    table["Properties"]["TableName"] = "another"
    difference, text = told(base, head)
    assert [(one.name, one.kind) for one in difference.changes] == [(name, Kind.REPLACED)]
    assert f"**replaced**, the old one is kept: `{name}`" in text
    base["Resources"][name]["UpdateReplacePolicy"] = head["Resources"][name]["UpdateReplacePolicy"] = "Delete"
    assert f"⚠️ **replaced, with its data**: `{name}`" in told(base, head)[1]


def test_a_deleted_table_comes_first(base: Template, head: Template) -> None:
    name, _table = the(head, "AWS::DynamoDB::Table")
    del head["Resources"][name]
    base["Resources"][name]["DeletionPolicy"] = "Delete"
    the(head, "AWS::Lambda::Function")[1]["Properties"]["MemorySize"] = 4321
    text = told(base, head)[1]
    assert f"⚠️ **removed, with its data**: `{name}`" in text
    assert text.index("### Destructive") < text.index("MemorySize")


def test_a_deleted_table_that_is_kept_is_no_loss(base: Template, head: Template) -> None:
    name, _table = the(head, "AWS::DynamoDB::Table")
    del head["Resources"][name]
    assert base["Resources"][name]["DeletionPolicy"] == "Retain"
    assert f"**removed**, the old one is kept: `{name}`" in told(base, head)[1]


def test_more_rights_are_told_first_and_one_by_one(base: Template, head: Template) -> None:
    _name, policy = the(head, "AWS::IAM::Policy")
    statement = next(
        one
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        if isinstance(one["Action"], list) and one["Action"][0].startswith("dynamodb:")
    )
    statement["Action"].append("dynamodb:DeleteTable")
    difference, text = told(base, head)
    assert [one.action for one in difference.granted] == ["dynamodb:DeleteTable"] * len(difference.granted)
    assert difference.granted
    assert difference.withdrawn == ()
    assert "permissions granted**" in text
    assert text.index("### Permissions") < text.index("<details><summary>Changed")
    # The other way round they are withdrawn.
    back = compare("s", head, base)
    assert (back.granted, bool(back.withdrawn)) == ((), True)


def test_a_policy_that_is_only_written_otherwise_grants_nothing(base: Template, head: Template) -> None:
    _name, policy = the(head, "AWS::IAM::Policy")
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    split = [
        {**one, "Action": action}
        for one in statements
        for action in (one["Action"] if isinstance(one["Action"], list) else [one["Action"]])
    ]
    policy["Properties"]["PolicyDocument"]["Statement"] = split
    difference = compare("s", base, head)
    assert (difference.granted, difference.withdrawn) == ((), ())


def test_a_lost_denial_is_a_grant(base: Template, head: Template) -> None:
    _name, policy = the(head, "AWS::S3::BucketPolicy")
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    policy["Properties"]["PolicyDocument"]["Statement"] = [
        one for one in statements if one["Effect"] != "Deny"
    ]
    difference = compare("s", base, head)
    assert difference.granted
    assert {one.effect for one in difference.granted} == {"Deny"}


def test_a_role_that_anybody_may_take_is_told(base: Template, head: Template) -> None:
    name, role = the(head, "AWS::IAM::Role")
    role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"AWS": "*"}
    (granted,) = compare("s", base, head).granted
    assert (granted.who, granted.action, granted.resource) == ("*", "sts:AssumeRole", name)


def test_an_opened_port_is_told(base: Template, head: Template) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}
    head["Resources"]["Open"] = {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {"SecurityGroupIngress": [rule]},
    }
    assert "Allow 0.0.0.0/0: network tcp 22-22 on Open" in told(base, head)[1]


def test_new_code_is_new_code_and_no_list_of_hashes(base: Template, head: Template) -> None:
    text = json.dumps(head)
    name, function = the(head, "AWS::Lambda::Function")
    old = function["Properties"]["Code"]["S3Key"].partition(".")[0]
    changed = json.loads(text.replace(old, "f" * 64))
    difference, shown = told(base, changed)
    assert name in {one.name for one in difference.changes}
    assert {one.kind for one in difference.changes} == {Kind.CODE}
    assert "f" * 64 not in shown
    assert old not in shown


def test_a_new_deployment_of_the_api_is_no_replacement(base: Template, head: Template) -> None:
    name, _deployment = the(head, "AWS::ApiGateway::Deployment")
    renamed = json.loads(json.dumps(head).replace(name, name[:-32] + "0" * 32))
    difference = compare("s", base, renamed)
    assert not [one for one in difference.changes if one.destructive]


def test_real_stages_differ_as_they_should(synthesised: Template, tmp_path: Path) -> None:
    make_app(DEVELOPMENT, tmp_path).synth()
    development = json.loads((tmp_path / "cdk.out" / "CracklingStack.template.json").read_text())
    difference = compare("s", synthesised, development)
    removed = {one.type for one in difference.changes if one.kind is Kind.REMOVED}
    assert "AWS::Budgets::Budget" in removed


def test_five_hundred_changes_fit_into_a_comment(base: Template) -> None:
    head = copy.deepcopy(base)
    for number in range(500):
        resource = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "old" * 60, "KeySchema": []}}
        base["Resources"][f"Table{number:03}"] = resource
        head["Resources"][f"Table{number:03}"] = {
            **resource,
            "Properties": {"TableName": "new" * 60, "KeySchema": []},
        }
    difference, text = told(base, head)
    assert len(difference.changes) == 500
    assert len(text) <= LIMIT
    assert "Shortened: the full text is in the artifact" in text
    assert text.count("\n```") % 2 == 0, "an open block would swallow the rest"
    assert text.count("<details>") == text.count("</details>")
    assert "Table499" in markdown(difference, "abc123", None), "the artifact has the whole"


@pytest.mark.parametrize(
    ("kind", "properties", "answer"),
    [
        ("AWS::DynamoDB::Table", {"TableName"}, Replacement.ALWAYS),
        ("AWS::DynamoDB::Table", {"BillingMode"}, Replacement.NEVER),
        ("AWS::DynamoDB::Table", {"KeySchema.AttributeName"}, Replacement.MAYBE),
        ("AWS::Lambda::Function", {"MemorySize"}, Replacement.NEVER),
        ("AWS::Lambda::Function", {"FunctionName"}, Replacement.ALWAYS),
        ("AWS::EC2::Instance", {"ImageId"}, Replacement.ALWAYS),
        ("Foreign::Kind::Thing", {"Anything"}, Replacement.MAYBE),
    ],
)
def test_replacement(kind: str, properties: set[str], answer: Replacement) -> None:
    assert of_change(kind, properties) is answer


# --- the program ---


def test_the_program_writes_a_text_a_stack_and_the_comments(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, summary = tmp_path / "out", tmp_path / "summary"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    words = ["--base", str(assembly), "--head", str(assembly), "--out", str(out), "--commit", "abc"]
    assert main(["preview", "diff", *words]) == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "CracklingStack-prod.comment.md",
        "CracklingStack-prod.md",
        "Ec2Stack-prod.comment.md",
        "Ec2Stack-prod.md",
    ]
    assert "Nothing changes" in summary.read_text()
    there = FakeGitHub()
    for _ in range(2):
        assert (
            main(
                ["preview", "comment", "--pull-request", "7", "--out", str(out)],
                Services(github=there.client()),
            )
            == 0
        )
    assert len(there.comments) == 2


def test_a_comment_without_texts_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "comment", "--pull-request", "7", "--out", str(tmp_path)]) == 1
    assert "`delivery preview diff` writes them" in capsys.readouterr().err


def test_no_assembly_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["preview", "diff", "--base", str(tmp_path), "--head", str(tmp_path), "--out", str(tmp_path)])
        == 1
    )
    assert "is not a cloud assembly" in capsys.readouterr().err
