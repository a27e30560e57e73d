"""Have an independent implementation of IAM decide what the stacks' roles may do, conditions included."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest

from localcloud.iam.evaluator import PolicyEvaluator
from localcloud.iam.templates import Roles
from templates import Template, target

EVALUATOR = PolicyEvaluator(Path(__file__).parents[2] / "node_modules")
EC2 = "arn:aws:ec2:us-east-1:123456789012"
# What RunInstances is checked for when a worker is started, without the instance itself, the template and the group.
PARTS = (
    f"{EC2}:volume/vol-1",
    f"{EC2}:network-interface/eni-1",
    f"{EC2}:subnet/subnet-1",
    "arn:aws:ec2:us-east-1::image/ami-1",
)


# Role, action, resource, context, and whether it is to be allowed.
Case: TypeAlias = tuple[str, str, str, dict[str, str], bool]
Launch: TypeAlias = tuple[str, str, str, dict[str, str]]


class Stack:
    """A stack's template, its roles, and the evaluator."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.roles = Roles(template.body)

    def one(self, kind: str, prefix: str = "") -> str:
        """Return the logical id of the only resource of a type whose id begins so."""
        [found] = [name for name in self.template.of(kind) if name.startswith(prefix)]
        return str(found)

    def bucket(self, name: str) -> str:
        return self.roles.arn(self.one("AWS::S3::Bucket", f"Storage{name}"))

    def table(self, name: str) -> str:
        return self.roles.arn(self.one("AWS::DynamoDB::Table", f"Storage{name}"))

    def unexpected(self, cases: list[Case]) -> list[Case]:
        """Return the cases (role, action, resource, context, allowed) that the evaluator sees otherwise."""
        questions = [self.roles.question(*case[:4]) for case in cases]
        verdicts = EVALUATOR.evaluate(self.roles.policies, questions)
        return [case for case, verdict in zip(cases, verdicts, strict=True) if verdict.allowed is not case[4]]


@pytest.fixture(scope="session")
def stack(service: Template) -> Stack:
    return Stack(service)


@pytest.fixture(scope="session")
def launch(stack: Stack) -> Launch:
    """Return the scheduler's role, the workers' template and group, and the context that a launch of a worker has."""
    template = f"{EC2}:launch-template/{stack.one('AWS::EC2::LaunchTemplate')}"
    group = f"{EC2}:security-group/{stack.one('AWS::EC2::SecurityGroup')}-GroupId"
    stage = stack.template.stack.rpartition("-")[2]
    context = {"ec2:LaunchTemplate": template, "aws:RequestTag/crackling:stage": stage}
    return stack.template.role_of("scheduler"), template, group, context


def test_the_scheduler_starts_workers(stack: Stack, launch: Launch) -> None:
    role, template, group, context = launch
    needed = (f"{EC2}:instance/i-1", template, group, *PARTS)
    created = {"ec2:CreateAction": "RunInstances", **context}
    assert not stack.unexpected(
        [
            *((role, "ec2:RunInstances", resource, context, True) for resource in needed),
            (role, "ec2:CreateTags", f"{EC2}:instance/i-1", created, True),
            (role, "ec2:CreateTags", f"{EC2}:volume/vol-1", created, True),
            (role, "ec2:DescribeInstances", "*", {}, True),
        ]
    )


def test_the_scheduler_starts_nothing_else(stack: Stack, launch: Launch) -> None:
    role, template, group, context = launch
    without_tag = {"ec2:LaunchTemplate": template}
    other_stage = {**context, "aws:RequestTag/crackling:stage": "other"}
    without_template = {"aws:RequestTag/crackling:stage": context["aws:RequestTag/crackling:stage"]}
    other_template = {**context, "ec2:LaunchTemplate": f"{EC2}:launch-template/lt-other"}
    instance = f"{EC2}:instance/i-1"
    assert not stack.unexpected(
        [
            (role, "ec2:RunInstances", instance, without_tag, False),
            (role, "ec2:RunInstances", instance, other_stage, False),
            *(
                (role, "ec2:RunInstances", resource, changed, False)
                for resource in (instance, group, *PARTS)
                for changed in (without_template, other_template)
            ),
            (role, "ec2:RunInstances", f"{EC2}:launch-template/lt-other", other_template, False),
            (role, "ec2:RunInstances", f"{EC2}:security-group/sg-other", context, False),
            (role, "ec2:CreateTags", instance, {}, False),
            (role, "ec2:CreateTags", instance, {"ec2:CreateAction": "CreateVolume"}, False),
            (role, "ec2:TerminateInstances", instance, {}, False),
        ]
    )


def test_only_the_workers_role_is_passed_and_only_to_machines(stack: Stack, launch: Launch) -> None:
    scheduler, *_ = launch
    worker = stack.roles.arn(stack.one("AWS::IAM::Role", "Ec2Workers"))
    to = "iam:PassedToService"
    others = [role for role in stack.roles if stack.roles.arn(role) != worker]
    assert not stack.unexpected(
        [
            (scheduler, "iam:PassRole", worker, {to: "ec2.amazonaws.com"}, True),
            (scheduler, "iam:PassRole", worker, {to: "lambda.amazonaws.com"}, False),
            (scheduler, "iam:PassRole", worker, {}, False),
            *(
                (scheduler, "iam:PassRole", stack.roles.arn(role), {to: "ec2.amazonaws.com"}, False)
                for role in others
            ),
            *(
                (role, "iam:PassRole", worker, {to: "ec2.amazonaws.com"}, role == scheduler)
                for role in stack.roles
            ),
        ]
    )


def test_the_reaper_ends_machines_of_its_stage_only(stack: Stack, launch: Launch) -> None:
    stage = launch[3]["aws:RequestTag/crackling:stage"]
    reaper, instance = stack.template.role_of("reaper"), f"{EC2}:instance/i-1"
    tag = "aws:ResourceTag/crackling:stage"
    assert not stack.unexpected(
        [
            (reaper, "ec2:TerminateInstances", instance, {tag: stage}, True),
            (reaper, "ec2:TerminateInstances", instance, {tag: "other"}, False),
            (reaper, "ec2:TerminateInstances", instance, {}, False),
            (reaper, "ec2:RunInstances", instance, launch[3], False),
        ]
    )


def test_keys_are_listed_by_prefix(stack: Stack) -> None:
    """A request without prefix would list the whole bucket."""
    lists = {
        "api": {"jobs/", "uploads/", "genomes/"},
        "target_scan": {"jobs/", "genomes/"},
        "consensus": set(),
    }
    buckets = {"jobs/": "Data", "uploads/": "GenomeFiles", "genomes/": "GenomeFiles"}
    cases = []
    for module, allowed in lists.items():
        role = stack.template.role_of(module)
        for prefix, name in buckets.items():
            bucket = stack.bucket(name)
            cases += [
                (role, "s3:ListBucket", bucket, {"s3:prefix": f"{prefix}x"}, prefix in allowed),
                (role, "s3:ListBucket", bucket, {"s3:prefix": prefix.rstrip("/")}, False),
                (role, "s3:ListBucket", bucket, {"s3:prefix": ""}, False),
                (role, "s3:ListBucket", bucket, {}, False),
            ]
    assert not stack.unexpected(cases)


def test_objects_are_read_and_written_over_tls_only(stack: Stack) -> None:
    """The buckets' own policies deny the rest, whatever the role allows."""
    role, job = stack.template.role_of("api"), f"{stack.bucket('Data')}/jobs/a/sequence.fa"
    assert not stack.unexpected(
        [
            (role, "s3:GetObject", job, {}, True),
            (role, "s3:GetObject", job, {"aws:SecureTransport": "false"}, False),
            (role, "s3:GetObject", job, {"s3:TlsVersion": "1.1"}, False),
            (role, "s3:GetObject", f"{stack.bucket('Data')}/other/a", {}, False),
            (role, "s3:GetObject", f"{stack.bucket('AccessLogs')}/jobs/a", {}, False),
            (role, "s3:DeleteBucket", stack.bucket("Data"), {}, False),
            (role, "s3:PutBucketPolicy", stack.bucket("Data"), {}, False),
        ]
    )


def test_only_this_distribution_reads_the_page(stack: Stack) -> None:
    page = f"{stack.bucket('Page')}/index.html"
    mine = f"arn:aws:cloudfront::123456789012:distribution/{stack.one('AWS::CloudFront::Distribution')}"
    questions = [
        stack.roles.by_service("cloudfront.amazonaws.com", "s3:GetObject", page, context)
        for context in ({"aws:SourceArn": mine}, {"aws:SourceArn": f"{mine}x"}, {})
    ] + [stack.roles.by_service("lambda.amazonaws.com", "s3:GetObject", page, {"aws:SourceArn": mine})]
    verdicts = EVALUATOR.evaluate(stack.roles.policies, questions)
    assert [verdict.allowed for verdict in verdicts] == [True, False, False, False]


def test_a_function_may_do_what_its_poller_does(stack: Stack) -> None:
    """Lambda polls queues and streams, and sends what failed to a queue, with the role of the function."""
    cases: list[Case] = []
    for mapping in stack.template.of("AWS::Lambda::EventSourceMapping").values():
        function = stack.template.of("AWS::Lambda::Function")[target(mapping["FunctionName"])]
        role, source = target(function["Role"]), stack.roles.resolve(mapping["EventSourceArn"])
        if ":sqs:" in source:
            needed = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        else:
            needed = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
            cases.append((role, "dynamodb:ListStreams", "*", {}, True))
        cases += [(role, action, source, {}, True) for action in needed]
        if "DestinationConfig" in mapping:
            failures = stack.roles.resolve(mapping["DestinationConfig"]["OnFailure"]["Destination"])
            cases.append((role, "sqs:SendMessage", failures, {}, True))
    assert len(cases) > 20
    assert not stack.unexpected(cases)


def test_a_function_writes_to_its_own_log_group_only(stack: Stack) -> None:
    """Lambda writes the logs with the role of the function."""
    cases: list[Case] = []
    for function in stack.template.functions().values():
        role, own = target(function["Role"]), target(function["LoggingConfig"]["LogGroup"])
        for group in stack.template.of("AWS::Logs::LogGroup"):
            stream = f"{stack.roles.arn(group)}:log-stream:2026/01/01/[$LATEST]a"
            cases += [
                (role, action, stream, {}, group == own)
                for action in ("logs:CreateLogStream", "logs:PutLogEvents")
            ]
    assert not stack.unexpected(cases)


def test_a_function_polls_its_own_source_only(stack: Stack) -> None:
    sources: dict[str, set[str]] = {}
    for mapping in stack.template.of("AWS::Lambda::EventSourceMapping").values():
        function = stack.template.of("AWS::Lambda::Function")[target(mapping["FunctionName"])]
        sources.setdefault(target(function["Role"]), set()).add(
            stack.roles.resolve(mapping["EventSourceArn"])
        )
    queues = {stack.roles.arn(name) for name in stack.template.of("AWS::SQS::Queue")}
    streams = {f"{stack.table(name)}/stream/2026-01-01T00:00:00.000" for name in ("Jobs", "Genomes")}
    assert not stack.unexpected(
        [
            (role, action, resource, {}, resource in sources.get(role, ()))
            for role in stack.roles
            for action, resources in (("sqs:ReceiveMessage", queues), ("dynamodb:GetRecords", streams))
            for resource in resources
        ]
    )


def test_nobody_but_the_cdk_changes_roles_or_runs_code_elsewhere(stack: Stack) -> None:
    """No role of the service can give itself or others more than it has."""
    role = stack.roles.arn(stack.template.role_of("api"))
    function = stack.roles.arn(stack.template.function_id("api"))
    forbidden = [
        ("iam:AttachRolePolicy", role),
        ("iam:PutRolePolicy", role),
        ("iam:UpdateAssumeRolePolicy", role),
        ("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/root"),
        ("sts:AssumeRole", role),
        ("lambda:UpdateFunctionCode", function),
        ("lambda:InvokeFunction", function),
        ("dynamodb:DeleteTable", stack.table("Jobs")),
        ("dynamodb:PartiQLSelect", stack.table("Jobs")),
        ("ssm:PutParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/crackling/x"),
    ]
    assert not stack.unexpected(
        [(name, action, resource, {}, False) for name in stack.roles for action, resource in forbidden]
    )


def test_a_machine_that_makes_images_reads_its_payload_and_nothing_else(machine: Template) -> None:
    stack = Stack(machine)
    [role] = stack.roles
    assets = "arn:aws:s3:::cdk-hnb659fds-assets-123456789012-us-east-1"
    [granted] = [
        one["Resource"]
        for policy in stack.roles.policies.values()
        for one in policy["Statement"]
        if one["Action"] == "s3:GetObject"
    ]
    assert granted.startswith(f"{assets}/")
    assert not stack.unexpected(
        [
            (role, "s3:GetObject", granted, {}, True),
            (role, "s3:GetObject", f"{assets}/other.zip", {}, False),
            (role, "s3:PutObject", granted, {}, False),
            (role, "s3:ListBucket", assets, {}, False),
            (role, "ssm:UpdateInstanceInformation", "*", {}, True),
            (role, "ssmmessages:OpenDataChannel", "*", {}, True),
            (role, "ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/crackling/x", {}, False),
        ]
    )
