"""Test which calls a request counts as, what is recorded of it, and how the calls are evaluated."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from gap import fresh
from localcloud.iam.calls import Call, Request, calls_of
from localcloud.iam.evaluator import PolicyEvaluator
from localcloud.iam.policies import Policies
from localcloud.iam.principals import Principal
from localcloud.iam.report import Finding, IamReport, make_report
from localcloud.workers import seed_image
from localcloud.world import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.cloud import LocalCloud

EVALUATOR = PolicyEvaluator(Path(__file__).parents[2] / "infra" / "node_modules")
KEYS = itertools.count(1)
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
        (request("s3", "DeleteObject", "arn:aws:s3:::data", keys=["a", "b"]),
         {("s3:DeleteObject", "arn:aws:s3:::data/a"), ("s3:DeleteObject", "arn:aws:s3:::data/b")}),
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


def test_the_context_of_a_call() -> None:
    launch = request(
        "ec2", "RunInstances", ImageId="ami-1",
        **{"LaunchTemplate.LaunchTemplateId": "lt-1", "TagSpecification.1.ResourceType": "instance",
           "TagSpecification.1.Tag.1.Key": "stage", "TagSpecification.1.Tag.1.Value": "dev"},
    )  # fmt: skip
    template, tag = ("ec2:LaunchTemplate", f"{EC2}:launch-template/lt-1"), ("aws:RequestTag/stage", "dev")
    context = {(call.action, call.resource): set(call.context) for call in calls_of(launch)}
    assert context["ec2:RunInstances", f"{EC2}:instance/new"] == {template, tag}
    assert context["ec2:RunInstances", f"{EC2}:volume/new"] == {template}
    assert context["ec2:CreateTags", f"{EC2}:instance/new"] == {tag, ("ec2:CreateAction", "RunInstances")}
    [mail] = calls_of(
        request("sns", "Subscribe", TopicArn="arn:t", Protocol="email", Endpoint="a@example.org")
    )
    assert set(mail.context) == {("sns:Protocol", "email"), ("sns:Endpoint", "a@example.org")}


def statement(
    effect: str, action: str | list[str], resource: str | list[str], **more: object
) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def report_on(
    made: list[tuple[Principal, Call]],
    *statements: dict[str, Any],
    idle: tuple[Principal, ...] = (),
    of_resource: Callable[[str], Any] = lambda _arn: None,
) -> IamReport:
    """Return the report on calls by roles that all have these statements."""
    documents = [{"Version": "2012-10-17", "Statement": [one]} for one in statements]
    return make_report(made, idle, EVALUATOR, of_role=lambda _role: documents, of_resource=of_resource)


def test_report() -> None:
    worker, idle = Principal("worker", "role"), Principal("idle", "arn:aws:iam::123456789012:role/idle")
    granted = statement("Allow", ["dynamodb:GetItem", "dynamodb:PutItem", "logs:*"], JOBS)
    made = [(worker, Call("dynamodb:GetItem", JOBS)), (worker, Call("dynamodb:DeleteItem", JOBS))]
    report = report_on(made, granted, idle=(idle,))
    assert report.denied == (Finding("worker", "dynamodb:DeleteItem", JOBS),)
    assert report.unused == (
        Finding("idle", "dynamodb:GetItem", JOBS),
        Finding("idle", "dynamodb:PutItem", JOBS),
        Finding("worker", "dynamodb:PutItem", JOBS),
    )


def test_a_call_must_meet_the_conditions() -> None:
    worker, bucket = Principal("worker", "role"), "arn:aws:s3:::data"
    listing = statement("Allow", "s3:ListBucket", bucket, Condition={"StringLike": {"s3:prefix": "jobs/*"}})
    good, bad = (
        Call("s3:ListBucket", bucket, (("s3:prefix", prefix),)) for prefix in ("jobs/a", "uploads/a")
    )
    assert report_on([(worker, good)], listing) == IamReport((), ())
    unused = Finding("worker", "s3:ListBucket", bucket)
    assert report_on([(worker, bad)], listing) == IamReport(
        (Finding("worker", "s3:ListBucket", bucket),), (unused,)
    )


def test_the_policy_of_a_resource_can_forbid_a_call() -> None:
    worker, key = Principal("worker", "role"), "arn:aws:s3:::data/key"
    deny = {**statement("Deny", "s3:*", "arn:aws:s3:::data/*"), "Principal": "*"}
    policies = {"arn:aws:s3:::data": {"Version": "2012-10-17", "Statement": [deny]}}
    made = [(worker, Call("s3:GetObject", key))]
    report = report_on(made, statement("Allow", "s3:GetObject", key), of_resource=policies.get)
    assert report.denied == (Finding("worker", "s3:GetObject", key),)


def test_policies_are_read_from_the_cloud(cloud: LocalCloud) -> None:
    policies = Policies(cloud.world)
    assert policies.of_role("arn:aws:iam::123456789012:role/gone") == []
    bucket, queue, topic = (fresh(kind) for kind in ("bucket", "queue", "topic"))
    s3, sqs, sns, iam = (cloud.client(name) for name in ("s3", "sqs", "sns", "iam"))
    s3.create_bucket(Bucket=bucket)
    assert policies.of_resource(f"arn:aws:s3:::{bucket}") is None
    deny = {**statement("Deny", "*", "*"), "Principal": "*"}
    document = {"Version": "2012-10-17", "Statement": [deny]}
    text = json.dumps(document)
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    sqs.create_queue(QueueName=queue, Attributes={"Policy": text})
    arn = sns.create_topic(Name=topic, Attributes={"Policy": text})["TopicArn"]
    found = [f"arn:aws:s3:::{bucket}", f"arn:aws:sqs:us-east-1:123456789012:{queue}", arn]
    assert [policies.of_resource(one) for one in found] == [document] * 3
    role = fresh("role")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(document))
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=text)
    managed = iam.create_policy(PolicyName=fresh("managed"), PolicyDocument=text)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=managed)
    assert policies.of_role(role) == [document] * 2


class Program:
    """A program with a role of its own, whose calls the cloud records."""

    def __init__(self, cloud: LocalCloud, *statements: dict[str, Any]) -> None:
        self.cloud, self.name, self.credentials = (
            cloud,
            fresh("program"),
            Credentials(f"ASIA{next(KEYS):016}", "s"),
        )
        iam, document = cloud.client("iam"), {"Version": "2012-10-17", "Statement": list(statements)}
        arn = iam.create_role(RoleName=self.name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        iam.put_role_policy(RoleName=self.name, PolicyName="p", PolicyDocument=json.dumps(document))
        cloud.register(self.name, arn, self.credentials)

    def client(self, service: str) -> Any:
        connect: Any = boto3.client  # whose stubs list the services by name
        return connect(
            service, endpoint_url=self.cloud.world.endpoint, region_name="us-east-1",
            aws_access_key_id=self.credentials.access_key, aws_secret_access_key=self.credentials.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )  # fmt: skip

    def denied(self) -> list[tuple[str, str]]:
        found = self.cloud.iam_report().denied
        return [(one.action, one.resource) for one in found if one.function == self.name]


def test_the_prefix_of_a_listing_and_the_keys_of_a_deletion_are_recorded(cloud: LocalCloud) -> None:
    bucket = fresh("bucket")
    cloud.client("s3").create_bucket(Bucket=bucket)
    jobs = {"StringLike": {"s3:prefix": "jobs/*"}}
    program = Program(
        cloud,
        statement("Allow", "s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=jobs),
        statement("Allow", "s3:DeleteObject", f"arn:aws:s3:::{bucket}/jobs/*"),
    )
    s3 = program.client("s3")
    s3.list_objects_v2(Bucket=bucket, Prefix="jobs/1/")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "jobs/a&b"}, {"Key": "jobs/c"}]})
    assert program.denied() == []
    s3.list_objects_v2(Bucket=bucket)
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "jobs/c"}, {"Key": "uploads/d"}]})
    assert program.denied() == [
        ("s3:DeleteObject", f"arn:aws:s3:::{bucket}/uploads/d"),
        ("s3:ListBucket", f"arn:aws:s3:::{bucket}"),
    ]


def test_the_tags_of_instances_are_recorded(cloud: LocalCloud) -> None:
    image = seed_image(cloud, "/image-of-tagged")
    mine = {"StringEquals": {"aws:RequestTag/stage": "mine"}}
    ours = {"StringEquals": {"aws:ResourceTag/stage": "mine"}}
    parts = [f"{EC2}:{part}/*" for part in ("network-interface", "subnet", "volume")]
    program = Program(
        cloud,
        statement("Allow", "ec2:RunInstances", f"{EC2}:instance/*", Condition=mine),
        statement("Allow", "ec2:RunInstances", [*parts, "arn:aws:ec2:us-east-1::image/*"]),
        statement(
            "Allow", "ec2:CreateTags", "*", Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}}
        ),
        statement("Allow", "ec2:TerminateInstances", "*", Condition=ours),
    )

    def run(stage: str) -> str:
        tags = [{"Key": "other", "Value": "x"}, {"Key": "stage", "Value": stage}]
        launched = program.client("ec2").run_instances(
            ImageId=image,
            MinCount=1,
            MaxCount=1,
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )
        return str(launched["Instances"][0]["InstanceId"])

    program.client("ec2").terminate_instances(InstanceIds=[run("mine")])
    assert program.denied() == []
    yours = run("yours")
    program.client("ec2").terminate_instances(InstanceIds=[yours])
    assert program.denied() == [
        ("ec2:RunInstances", f"{EC2}:instance/new"), ("ec2:TerminateInstances", f"{EC2}:instance/{yours}")
    ]  # fmt: skip
