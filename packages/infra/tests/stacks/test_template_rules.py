"""Test that the deployments break no rule, and that each of many planted faults is found: by our rules, else by cfn-lint."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crackling_infra.check_templates import lint
from crackling_infra.template_rules import findings
from templates import Template, target

if TYPE_CHECKING:
    from pathlib import Path

Body = dict[str, Any]
Plant = Callable[[Body], None]


def of(body: Body, kind: str) -> list[Body]:
    """Return the properties of all resources of a type."""
    return [one["Properties"] for one in body["Resources"].values() if one["Type"] == kind]


def statements(body: Body) -> list[Body]:
    return [one for policy in of(body, "AWS::IAM::Policy") for one in policy["PolicyDocument"]["Statement"]]


def mapping(body: Body, kind: str) -> Body:
    """Return the first event source mapping whose source is of a type."""
    return next(
        one
        for one in of(body, "AWS::Lambda::EventSourceMapping")
        if body["Resources"][target(one["EventSourceArn"])]["Type"] == kind
    )


def without_action(action: str) -> Plant:
    def plant(body: Body) -> None:
        for one in statements(body):
            if isinstance(one["Action"], list) and action in one["Action"]:
                one["Action"].remove(action)

    return plant


def trusted_by(service: str, used_by: str, attribute: str) -> Plant:
    def plant(body: Body) -> None:
        user = of(body, used_by)[0][attribute]
        role = body["Resources"][target(user[0] if isinstance(user, list) else user)]["Properties"]
        role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {"Service": service}

    return plant


def path_part(body: Body) -> None:
    parts = of(body, "AWS::ApiGateway::Resource")
    part = next(one for one in parts if one["PathPart"].startswith("{"))
    part["PathPart"] = part["PathPart"].removesuffix("}")


def stream_filter(body: Body) -> None:
    mapping(body, "AWS::DynamoDB::Table")["FilterCriteria"]["Filters"][0]["Pattern"] = (
        "{'eventName': ['INSERT']}"
    )


def dashboard(body: Body) -> None:
    of(body, "AWS::CloudWatch::Dashboard")[0]["DashboardBody"] = '{"widgets": ['


def lifecycle_rules(body: Body) -> list[Body]:
    return [
        rule
        for bucket in of(body, "AWS::S3::Bucket")
        for rule in bucket.get("LifecycleConfiguration", {}).get("Rules", [])
    ]


def lifecycle_without_action(body: Body) -> None:
    rule = next(rule for rule in lifecycle_rules(body) if "ExpirationInDays" in rule)
    for name in set(rule) - {"Id", "Status", "Prefix"}:
        del rule[name]


def lifecycle_of_no_days(body: Body) -> None:
    next(rule for rule in lifecycle_rules(body) if "ExpirationInDays" in rule)["ExpirationInDays"] = 0


def upload_parts_of_no_days(body: Body) -> None:
    rule = next(rule for rule in lifecycle_rules(body) if "AbortIncompleteMultipartUpload" in rule)
    rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] = 0


def in_policy_of(kind: str, **changes: Any) -> Plant:
    """Plant a statement into the first policy of a resource of a type."""

    def plant(body: Body) -> None:
        document = of(body, kind)[0]["PolicyDocument"]
        document["Statement"].append(
            {
                "Effect": "Allow",
                "Action": "s3:GetObject",
                "Principal": {"AWS": {"Ref": "AWS::AccountId"}},
                "Resource": "*",
            }
            | changes
        )

    return plant


FOREIGN = "arn:aws:iam::999999999999:root"
SERVICE, MACHINE = 0, 1


def large_batch(body: Body) -> None:
    one = mapping(body, "AWS::SQS::Queue")
    one["BatchSize"] = 11
    one.pop("MaximumBatchingWindowInSeconds", None)


def visibility(seconds: int | None) -> Plant:
    def plant(body: Body) -> None:
        queue = body["Resources"][target(mapping(body, "AWS::SQS::Queue")["EventSourceArn"])]["Properties"]
        del queue["VisibilityTimeout"]
        if seconds is not None:
            queue["VisibilityTimeout"] = seconds

    return plant


def without_permission(principal: str) -> Plant:
    def plant(body: Body) -> None:
        for name, one in list(body["Resources"].items()):
            if one["Type"] == "AWS::Lambda::Permission" and one["Properties"]["Principal"] == principal:
                del body["Resources"][name]

    return plant


PLANTED: dict[str, tuple[int, Plant, str]] = {
    "a consumer may not receive": (SERVICE, without_action("sqs:ReceiveMessage"), "lacks sqs:ReceiveMessage"),
    "a consumer may not delete": (SERVICE, without_action("sqs:DeleteMessage"), "lacks sqs:DeleteMessage"),
    "a consumer may not ask": (
        SERVICE,
        without_action("sqs:GetQueueAttributes"),
        "lacks sqs:GetQueueAttributes",
    ),
    "a reader may not read": (SERVICE, without_action("dynamodb:GetRecords"), "lacks dynamodb:GetRecords"),
    "a reader has no iterator": (
        SERVICE,
        without_action("dynamodb:GetShardIterator"),
        "lacks dynamodb:GetShard",
    ),
    "a function's role is EC2's": (
        SERVICE,
        trusted_by("ec2.amazonaws.com", "AWS::Lambda::Function", "Role"),
        "so by lambda.amazonaws.com",
    ),
    "a worker's role is Lambda's": (
        SERVICE,
        trusted_by("lambda.amazonaws.com", "AWS::IAM::InstanceProfile", "Roles"),
        "so by ec2.amazonaws.com",
    ),
    "the builder's role is Lambda's": (
        MACHINE,
        trusted_by("lambda.amazonaws.com", "AWS::IAM::InstanceProfile", "Roles"),
        "so by ec2.amazonaws.com",
    ),
    "a service is misspelt": (
        SERVICE,
        trusted_by("lamda.amazonaws.com", "AWS::Lambda::Function", "Role"),
        "so by lambda.amazonaws.com",
    ),
    "a variable of a path is open": (SERVICE, path_part, "is not a path part"),
    "a filter of a stream is Python": (SERVICE, stream_filter, "should be a JSON object"),
    "a dashboard is cut": (SERVICE, dashboard, "should be a JSON object"),
    "a lifecycle rule does nothing": (SERVICE, lifecycle_without_action, "has no action"),
    "objects expire after 0 days": (SERVICE, lifecycle_of_no_days, "after 0 days"),
    "parts are deleted after 0 days": (SERVICE, upload_parts_of_no_days, "after 0 days"),
    "a bucket lets an account in": (
        SERVICE,
        in_policy_of("AWS::S3::BucketPolicy", Principal={"AWS": FOREIGN}),
        "names the account 999999999999",
    ),
    "a bucket lets an account in by its number": (
        SERVICE,
        in_policy_of("AWS::S3::BucketPolicy", Principal={"AWS": "999999999999"}),
        "names the account 999999999999",
    ),
    "a role may use another account's table": (
        SERVICE,
        lambda body: statements(body)[0].update(
            Resource="arn:aws:dynamodb:eu-west-1:999999999999:table/theirs"
        ),
        "names the account 999999999999",
    ),
    "a bucket is public": (
        SERVICE,
        in_policy_of("AWS::S3::BucketPolicy", Principal="*"),
        "lets everybody in",
    ),
    "a bucket is public to accounts": (
        SERVICE,
        in_policy_of("AWS::S3::BucketPolicy", Principal={"AWS": ["*"]}),
        "lets everybody in",
    ),
    "a topic is public": (
        SERVICE,
        in_policy_of("AWS::SNS::TopicPolicy", Principal={"AWS": "*"}, Action="sns:Publish"),
        "lets everybody in",
    ),
    "eleven messages have no window": (SERVICE, large_batch, "needs a window"),
    "messages come back too soon": (SERVICE, visibility(10), "messages are hidden for 10 s"),
    "messages are hidden by default": (SERVICE, visibility(None), "messages are hidden for 30 s"),
    "API Gateway may not invoke": (
        SERVICE,
        without_permission("apigateway.amazonaws.com"),
        "API Gateway may not invoke",
    ),
    "EventBridge may not invoke": (
        SERVICE,
        without_permission("events.amazonaws.com"),
        "EventBridge may not",
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, production: tuple[Template, Template]) -> None:
    which, plant, finding = PLANTED[fault]
    body = copy.deepcopy(production[which].body)
    plant(body)
    assert body != production[which].body
    found = list(findings(body))
    assert any(finding in one for one in found), found


def test_the_deployments_break_no_rule(service: Template, machine: Template) -> None:
    assert list(findings(service.body)) == []
    assert list(findings(machine.body)) == []


# Faults that cfn-lint knows, each on a type of resource of its own, so that it has to read the template only once.
KNOWN_TO_CFN_LINT: dict[str, tuple[str, Callable[[Body], None]]] = {
    "AWS::Lambda::Function": ("E3034", lambda one: one.update(MemorySize=64)),
    "AWS::Logs::LogGroup": ("E3030", lambda one: one.update(RetentionInDays=8)),
    "AWS::Events::Rule": ("E3027", lambda one: one.update(ScheduleExpression="rate(5 minute)")),
    "AWS::SQS::Queue": ("E1010", lambda one: one.update(KmsMasterKeyId={"Fn::GetAtt": ["Nowhere", "Arn"]})),
    "AWS::CloudWatch::Alarm": ("E3002", lambda one: one.update(Treshold=1)),
    "AWS::ApiGateway::Stage": ("E3003", lambda one: one.pop("RestApiId")),
    "AWS::S3::Bucket": ("E3030", lambda one: one.update(AccessControl="everybody")),
    "AWS::EC2::SecurityGroup": ("E3012", lambda one: one.update(SecurityGroupIngress="none")),
}


def test_cfn_lint_finds_what_it_knows(production: tuple[Template, Template], tmp_path: Path) -> None:
    body = copy.deepcopy(production[SERVICE].body)
    names = {}
    for kind, (_, plant) in KNOWN_TO_CFN_LINT.items():
        names[kind] = next(name for name, one in body["Resources"].items() if one["Type"] == kind)
        plant(body["Resources"][names[kind]]["Properties"])
    path = tmp_path / "planted.template.json"
    path.write_text(json.dumps(body))
    found = list(lint(path, ["us-east-1"]))
    for kind, (rule, _) in KNOWN_TO_CFN_LINT.items():
        assert any(rule in one and f"Resources/{names[kind]}/" in one for one in found), (kind, found)
