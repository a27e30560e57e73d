"""Test that each function has the least privilege that it needs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from templates import Resource, Synthesise, Template, Templates, as_list, each_function, target

if TYPE_CHECKING:
    from collections.abc import Iterator

# The only actions that may name every resource, because they do not support resource-level permissions.
WITHOUT_RESOURCES = {
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInstances",
    "dynamodb:ListStreams",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
}
# The CDK writes the policy of its own copier of files; the stack acknowledges its wildcards one by one.
COPIER = "CustomCDKBucketDeployment"


def own_statements(template: Template) -> Iterator[tuple[str, Resource]]:
    for role, statements in template.statements().items():
        if not role.startswith(COPIER):
            for statement in statements:
                yield role, statement


def test_actions_are_spelt_out(template: Template) -> None:
    for role, statement in own_statements(template):
        assert not [action for action in as_list(statement["Action"]) if "*" in action], role


def test_only_actions_without_resources_name_all(template: Template) -> None:
    for role, statement in own_statements(template):
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= WITHOUT_RESOURCES, role


def test_objects_are_granted_by_prefix(service: Template) -> None:
    """A grant on objects names a bucket and a prefix, never a whole bucket."""
    prefixes = set()
    for _, statement in own_statements(service):
        if any(
            action.startswith("s3:") and action != "s3:ListBucket" for action in as_list(statement["Action"])
        ):
            for resource in as_list(statement["Resource"]):
                prefixes.add(resource["Fn::Join"][1][-1])
    assert prefixes == {"/jobs/*", "/uploads/*", "/genomes/*"}


def test_listing_is_granted_by_prefix_and_only_to_who_needs_it(service: Template) -> None:
    """A function needs it to list keys, or to get 404 instead of 403 for a missing key."""
    listing: dict[str, set[str]] = {module: set() for module in service.functions()}
    for module in listing:
        for statement in service.statements()[service.role_of(module)]:
            if "s3:ListBucket" in as_list(statement["Action"]):
                listing[module] |= set(as_list(statement["Condition"]["StringLike"]["s3:prefix"]))
    assert {module: prefixes for module, prefixes in listing.items() if prefixes} == {
        "api": {"jobs/*", "uploads/*", "genomes/*"},
        "scheduler": {"uploads/*", "genomes/*"},
        "downloader": {"uploads/*"},
        "target_scan": {"jobs/*", "genomes/*"},
        "off_target_list": {"jobs/*", "genomes/*"},
        "issl_index": {"genomes/*"},
        "off_target": {"genomes/*"},
        "reaper": {"jobs/*", "genomes/*"},
    }


def test_no_role_of_ours_has_a_policy_of_aws(template: Template) -> None:
    managed = {name for name, role in template.of("AWS::IAM::Role").items() if "ManagedPolicyArns" in role}
    allowed = ("CustomCDKBucketDeployment", "CustomS3AutoDelete", "ApiRestCloudWatchRole")
    assert not [name for name in managed if not name.startswith(allowed)]


def grants(template: Template, module: str) -> Iterator[tuple[str, str]]:
    """Yield (service:Action, logical id of the resource) for everything that a function may do."""
    for statement in template.statements()[template.role_of(module)]:
        for action in as_list(statement["Action"]):
            for resource in as_list(statement["Resource"]):
                if resource != "*":
                    parts = resource["Fn::Join"][1] if "Fn::Join" in resource else [resource]
                    yield from ((action, target(part)) for part in parts if is_own(part))


def is_own(part: Any) -> bool:
    """Return whether a part of an ARN names a resource of the stack, not text, account, region or partition."""
    return isinstance(part, dict) and not part.get("Ref", "").startswith("AWS::")


@each_function
def test_a_function_writes_to_its_own_log_group_only(service: Template, module: str) -> None:
    group = target(service.functions()[module]["LoggingConfig"]["LogGroup"])
    assert {resource for action, resource in grants(service, module) if action.startswith("logs:")} == {group}


@each_function
def test_a_function_may_use_what_its_environment_names_and_nothing_else(
    service: Template, module: str
) -> None:
    """Its event sources (queue, stream) and its log group have no variable."""
    named = {
        target(value)
        for name, value in service.functions()[module]["Environment"]["Variables"].items()
        # The page's address is for people, and its key is compared; the function calls neither.
        if isinstance(value, dict) and name not in ("PAGE_URL", "PAGE_KEY")
    } - set(service.of("AWS::EC2::LaunchTemplate"))
    unnamed = (
        "logs:",
        "ec2:",  # see test_workers
        "iam:",
        "sqs:ReceiveMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueue",
        "sqs:DeleteMessage",
    )
    stream = (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    )
    used = {
        resource
        for action, resource in grants(service, module)
        if not action.startswith((*unnamed, *stream))
        and not resource.startswith(
            ("SchedulingSchedulerFailures", "SchedulingPreparationFailures", "MailNotifierFailures")
        )
    }
    own_queue = {
        target(value)
        for name, value in service.functions()[module]["Environment"]["Variables"].items()
        if name == "QUEUE_URL"
    }
    assert used == named - own_queue
    assert own_queue == {r for a, r in grants(service, module) if a == "sqs:ChangeMessageVisibility"}


def test_the_key_of_ncbi_is_for_who_asks_ncbi(synthesise: Synthesise) -> None:
    service, _ = synthesise(ncbiKeyParameter="/crackling/ncbi-key")
    readers = {}
    for module in service.functions():
        for statement in service.statements()[service.role_of(module)]:
            if "ssm:GetParameter" in as_list(statement["Action"]):
                readers[module] = json.dumps(statement["Resource"])
    assert set(readers) == {"api", "scheduler", "downloader"}
    assert all(":parameter/crackling/ncbi-key" in arn for arn in readers.values())


def test_few_delete_genomes(service: Template) -> None:
    """Check that the API deletes genomes, the scheduler what failed ones left, and the reaper what nobody uses any longer."""
    assert deleting(service, "/genomes/*") == {"api", "scheduler", "reaper"}


def test_only_the_api_and_the_reaper_delete_jobs(service: Template) -> None:
    assert deleting(service, "/jobs/*") == {"api", "reaper"}


def deleting(service: Template, prefix: str) -> set[str]:
    """Return the functions that may delete objects below a prefix."""
    return {
        module
        for module in service.functions()
        for statement in service.statements()[service.role_of(module)]
        if "s3:DeleteObject" in as_list(statement["Action"])
        and any(resource["Fn::Join"][1][-1] == prefix for resource in as_list(statement["Resource"]))
    }


def test_only_the_scheduler_starts_machines_and_only_the_reaper_ends_them(service: Template) -> None:
    powers = {
        (role, action)
        for role, statement in own_statements(service)
        for action in as_list(statement["Action"])
        if action.startswith(("ec2:", "iam:", "sts:", "lambda:")) and action not in WITHOUT_RESOURCES
    }
    scheduler, reaper = service.role_of("scheduler"), service.role_of("reaper")
    assert powers == {
        (scheduler, "ec2:RunInstances"),
        (scheduler, "ec2:CreateTags"),
        (scheduler, "iam:PassRole"),
        (reaper, "ec2:TerminateInstances"),
    }


def topic_grants(template: Template) -> Iterator[tuple[str, str, Any]]:
    """Yield the actions that are allowed on the email topic, by role."""
    [topic] = [name for name in template.of("AWS::SNS::Topic") if name.startswith("MailTopic")]
    for role, statement in own_statements(template):
        if statement["Resource"] == {"Ref": topic}:
            yield role, statement["Action"], statement.get("Condition")


def test_the_api_subscribes_addresses_of_the_domains_only_and_the_notifier_publishes(
    production: Templates,
) -> None:
    service, _ = production
    by_mail = {
        "StringEquals": {"sns:Protocol": "email"},
        "StringLike": {"sns:Endpoint": ["*@example.org", "*@lab.example.org"]},
    }
    assert sorted(topic_grants(service), key=str) == sorted(
        [
            (service.role_of("api"), "sns:Subscribe", by_mail),
            (service.role_of("notifier"), "sns:Publish", None),
        ],
        key=str,
    )


def test_without_mail_nobody_may_subscribe_or_publish(development: Templates) -> None:
    service, _ = development
    for _, statement in own_statements(service):
        assert not [action for action in as_list(statement["Action"]) if action.startswith("sns:")]
