"""Test that the evaluator applies IAM's rules, and reads a template's roles and policies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from localcloud.iam.evaluator import EvaluationError, PolicyEvaluator, Question
from localcloud.iam.templates import Roles

if TYPE_CHECKING:
    from collections.abc import Mapping

MODULES = Path(__file__).parents[2] / "infra" / "node_modules"
EVALUATOR = PolicyEvaluator(MODULES)
ROLE = "arn:aws:iam::123456789012:role/role"
BUCKET, KEY = "arn:aws:s3:::data", "arn:aws:s3:::data/key"
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
BY_ALL = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}


def document(*statements: Mapping[str, object]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allowed(policies: Mapping[str, Any], question: Question) -> bool:
    return EVALUATOR.evaluate(policies, [question])[0].allowed


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([READ], True),
        ([{**READ, "Action": ["S3:get*"]}], True),
        ([{**READ, "Resource": BUCKET}], False),
        ([{**READ, "Action": "*", "Resource": "*"}, {**READ, "Effect": "Deny"}], False),
        ([{**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], True),
        ([{**READ, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], False),
        ([READ, {**READ, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}], True),
        ([READ, {**READ, "Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}], False),
    ],
)
def test_statements_and_conditions(statements: list[Mapping[str, object]], expected: bool) -> None:
    question = Question(ROLE, "s3:GetObject", KEY, {"aws:SecureTransport": "true"}, ("mine",))
    assert allowed({"mine": document(*statements)}, question) is expected


def test_without_policies_nothing_is_allowed() -> None:
    assert not allowed({}, Question(ROLE, "s3:GetObject", KEY))


def test_a_boundary_and_the_policy_of_the_resource_can_forbid() -> None:
    policies = {
        "mine": document(READ),
        "none": document({**READ, "Resource": BUCKET}),
        "bucket": document(BY_ALL),
    }
    assert allowed(policies, Question(ROLE, "s3:GetObject", KEY, {}, ("mine",)))
    assert not allowed(policies, Question(ROLE, "s3:GetObject", KEY, {}, ("mine",), boundary="none"))
    assert not allowed(policies, Question(ROLE, "s3:GetObject", KEY, {}, ("mine",), attached="bucket"))


def test_the_statements_that_allow_are_named() -> None:
    policies = {"mine": document({**READ, "Sid": "one"}, {**READ, "Sid": "two", "Action": "s3:PutObject"})}
    verdicts = EVALUATOR.evaluate(
        policies, [Question(ROLE, action, KEY, {}, ("mine",)) for action in ("s3:GetObject", "s3:PutObject")]
    )
    assert [verdict.by for verdict in verdicts] == [{"one"}, {"two"}]


def test_what_cannot_be_evaluated_is_an_error() -> None:
    with pytest.raises(EvaluationError, match=r"s3:Fly on arn:aws:s3:::data/key by .*invalid.action"):
        EVALUATOR.evaluate({}, [Question(ROLE, "s3:Fly", KEY)])
    with pytest.raises(EvaluationError, match=r"scripts/build\.py node"):
        PolicyEvaluator(Path("/nowhere")).evaluate({}, [Question(ROLE, "s3:GetObject", KEY)])
    assert PolicyEvaluator(Path("/nowhere")).evaluate({}, []) == []


def test_references_of_a_template_are_replaced() -> None:
    join = {"Fn::Join": ["", [{"Fn::GetAtt": ["Data", "Arn"]}, "/jobs/*"]]}
    queue = {"Fn::Sub": "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${Prefix}-x"}
    statements = [{**READ, "Resource": join}, {**READ, "Action": "sqs:SendMessage", "Resource": queue}]
    policy = {"Roles": [{"Ref": "Role"}], "PolicyDocument": document(*statements)}
    deny = {**BY_ALL, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    roles = Roles(
        {
            "Parameters": {"Prefix": {"Type": "String"}},
            "Resources": {
                "Data": {"Type": "AWS::S3::Bucket"},
                "Role": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": [arn]}},
                "Policy": {"Type": "AWS::IAM::Policy", "Properties": policy},
                "BucketPolicy": {
                    "Type": "AWS::S3::BucketPolicy",
                    "Properties": {"Bucket": {"Ref": "Data"}, "PolicyDocument": document(deny)},
                },
            },
        },
        {"Prefix": "mine"},
    )
    assert list(roles) == ["Role"]
    cases = [
        ("s3:GetObject", f"{roles.arn('Data')}/jobs/a", {}, True),
        ("s3:GetObject", f"{roles.arn('Data')}/other/a", {}, False),
        ("s3:GetObject", f"{roles.arn('Data')}/jobs/a", {"aws:SecureTransport": "false"}, False),
        ("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:mine-x", {}, True),
        (
            "logs:CreateLogGroup",
            "arn:aws:logs:us-east-1:123456789012:log-group:x",
            {},
            True,
        ),  # of AWS's policy
    ]
    verdicts = EVALUATOR.evaluate(roles.policies, [roles.question("Role", *case[:3]) for case in cases])
    assert [verdict.allowed for verdict in verdicts] == [case[3] for case in cases]


def test_a_function_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="Fn::Cidr"):
        Roles({"Resources": {}}).resolve({"Fn::Cidr": ["10.0.0.0/16", 1]})
