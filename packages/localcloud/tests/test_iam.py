"""Test which calls a request counts as, and how they are compared with statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from localcloud.iam.calls import Call, Request, calls_of
from localcloud.iam.policy import allowed, parse, statements_of
from localcloud.iam.principals import Principal
from localcloud.iam.report import Finding, make_report

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

EC2 = "arn:aws:ec2:us-east-1:123456789012"
JOBS = "arn:aws:dynamodb:us-east-1:123456789012:table/jobs"


def request(service: str, operation: str, resource: str = "*", **parameters: object) -> Request:
    return Request(service, operation, "us-east-1", "123456789012", resource, dict(parameters))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request("dynamodb", "GetItem", TableName="jobs"), {("dynamodb:GetItem", JOBS)}),
        (request("dynamodb", "Query", TableName="jobs", IndexName="by"), {("dynamodb:Query", f"{JOBS}/index/by")}),
        (request("dynamodb", "BatchGetItem", RequestItems={"jobs": {}}), {("dynamodb:BatchGetItem", JOBS)}),
        (request("dynamodb", "TransactWriteItems",
                 TransactItems=[{"Put": {"TableName": "jobs"}}, {"ConditionCheck": {"TableName": "jobs"}}]),
         {("dynamodb:PutItem", JOBS), ("dynamodb:ConditionCheckItem", JOBS)}),
        (request("sqs", "SendMessageBatch", QueueUrl="http://localhost:1/123456789012/scan"),
         {("sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:scan")}),
        (request("ssm", "GetParameters", Names=["/a", "b"]),
         {("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/a"),
          ("ssm:GetParameters", "arn:aws:ssm:us-east-1:123456789012:parameter/b")}),
        (request("s3", "GetObject", "arn:aws:s3:::data/key"), {("s3:GetObject", "arn:aws:s3:::data/key")}),
        (request("s3", "PutObject", "arn:aws:s3:::data", key="uploads/a"), {("s3:PutObject", "arn:aws:s3:::data/uploads/a")}),
        (request("s3", "DeleteObject", "arn:aws:s3:::data"), {("s3:DeleteObject", "arn:aws:s3:::data/*")}),
        (request("ec2", "RunInstances", ImageId="ami-1", **{"LaunchTemplate.LaunchTemplateId": "lt-1",
                                                            "TagSpecification.1.ResourceType": "instance"}),
         {("ec2:RunInstances", "arn:aws:ec2:us-east-1::image/ami-1"), ("ec2:CreateTags", f"{EC2}:instance/new"),
          *(("ec2:RunInstances", f"{EC2}:{part}") for part in (
              "instance/new", "volume/new", "network-interface/new", "subnet/new", "launch-template/lt-1"))}),
        (request("ec2", "TerminateInstances", **{"InstanceId.1": "i-1"}),
         {("ec2:TerminateInstances", f"{EC2}:instance/i-1")}),
        (request("ec2", "DescribeInstances", **{"InstanceId.1": "i-1"}), {("ec2:DescribeInstances", "*")}),
        (request("kms", "Decrypt"), {("kms:Decrypt", "*")}),
    ],
)  # fmt: skip
def test_calls(asked: Request, expected: set[tuple[str, str]]) -> None:
    assert {(call.action, call.resource) for call in calls_of(asked)} == expected


def statement(
    effect: str, action: str | list[str], resource: str | list[str], **more: object
) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([statement("Allow", "dynamodb:*", JOBS)], True),
        ([statement("Allow", ["DynamoDB:get*"], "arn:aws:dynamodb:*:*:table/jobs")], True),
        ([statement("Allow", "dynamodb:GetItem", JOBS + "/index/*")], False),
        ([statement("Allow", "dynamodb:Get?tem", [JOBS, "x"])], True),
        ([statement("Allow", "*", "*"), statement("Deny", "dynamodb:*", "*")], False),
        ([statement("Allow", "*", "*"), statement("Deny", "dynamodb:*", "*", Condition={"Bool": {}})], True),
        ([], False),
    ],
)
def test_statements(statements: list[dict[str, Any]], expected: bool) -> None:
    assert allowed(parse({"Statement": statements}), Call("dynamodb:GetItem", JOBS)) is expected


def test_report() -> None:
    worker, idle = Principal("worker", "role"), Principal("idle", "role")
    granted = parse(
        {"Statement": [statement("Allow", ["dynamodb:GetItem", "dynamodb:PutItem", "logs:*"], JOBS)]}
    )
    made = [(worker, Call("dynamodb:GetItem", JOBS)), (worker, Call("dynamodb:DeleteItem", JOBS))]
    report = make_report(made, [worker, idle], lambda _role: granted)
    assert report.denied == (Finding("worker", "dynamodb:DeleteItem", JOBS),)
    assert report.unused == (
        Finding("idle", "dynamodb:GetItem", JOBS),
        Finding("idle", "dynamodb:PutItem", JOBS),
        Finding("worker", "dynamodb:PutItem", JOBS),
    )


def test_a_role_that_is_gone_allows_nothing(cloud: LocalCloud) -> None:
    assert statements_of(cloud.world, "arn:aws:iam::123456789012:role/gone") == []
