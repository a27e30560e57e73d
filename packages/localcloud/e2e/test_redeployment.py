"""Test the deployment itself: repeating it changes nothing, and removing it leaves nothing.

Only modules that deploy anew run after it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import build

if TYPE_CHECKING:
    from pathlib import Path

    from local_stage import Deployment
    from localcloud.cloud import LocalCloud


def described(cloud: LocalCloud) -> list[Any]:
    """Return both stacks and all their resources, with the times of their last changes."""
    stacks = cloud.client("cloudformation")
    return [
        (stack["StackName"], stack["StackStatus"], stack.get("LastUpdatedTime"), resources)
        for stack in stacks.describe_stacks()["Stacks"]
        for resources in [stacks.describe_stack_resources(StackName=stack["StackName"])["StackResources"]]
    ]


@pytest.fixture(scope="module")
def fresh(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesise the same app again."""
    assembly = tmp_path_factory.mktemp("fresh") / "cdk.out"
    build.synthesise(assembly, deployment.settings)
    return assembly


def test_a_fresh_synthesis_is_the_same(deployment: Deployment, fresh: Path) -> None:
    for template in deployment.assembly.glob("*.template.json"):
        assert json.loads((fresh / template.name).read_text()) == json.loads(template.read_text())


def test_a_deployed_app_has_no_diff(deployment: Deployment, fresh: Path) -> None:
    changes, printed = deployment.cloud.diff(fresh)
    assert not changes, printed


def test_deploying_again_changes_nothing(deployment: Deployment, fresh: Path) -> None:
    before = described(deployment.cloud)
    printed = deployment.cloud.deploy(fresh)
    assert printed.count("(no changes)") == 2, printed
    assert described(deployment.cloud) == before


def left_over(cloud: LocalCloud) -> dict[str, list[str]]:
    """Return what the account would still hold and pay for, by kind."""
    listed = {
        "stacks": ("cloudformation", "describe_stacks", "Stacks", "StackName"),
        "buckets": ("s3", "list_buckets", "Buckets", "Name"),
        "functions": ("lambda", "list_functions", "Functions", "FunctionName"),
        "layers": ("lambda", "list_layers", "Layers", "LayerName"),
        "event sources": ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
        "log groups": ("logs", "describe_log_groups", "logGroups", "logGroupName"),
        "rules": ("events", "list_rules", "Rules", "Name"),
        "alarms": ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
        "dashboards": ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
        "topics": ("sns", "list_topics", "Topics", "TopicArn"),
        "apis": ("apigateway", "get_rest_apis", "items", "name"),
        "distributions": ("cloudfront", "list_distributions", "DistributionList", "Items"),
        "roles": ("iam", "list_roles", "Roles", "RoleName"),
        "instance profiles": ("iam", "list_instance_profiles", "InstanceProfiles", "InstanceProfileName"),
    }
    found = {}
    for kind, (service, operation, key, name) in listed.items():
        answer = getattr(cloud.client(service), operation)()[key]
        found[kind] = (
            answer.get(name, []) if isinstance(answer, dict) else sorted(one[name] for one in answer)
        )
    found["queues"] = cloud.client("sqs").list_queues().get("QueueUrls", [])
    found["tables"] = cloud.client("dynamodb").list_tables()["TableNames"]
    found["instances"] = [
        instance["InstanceId"]
        for reservation in cloud.client("ec2").describe_instances()["Reservations"]
        for instance in reservation["Instances"]
        if instance["State"]["Name"] != "terminated"
    ]
    return {kind: names for kind, names in found.items() if names}


def test_destroying_leaves_the_cdks_own_stack_and_nothing_else(deployment: Deployment) -> None:
    deployment.cloud.destroy(deployment.assembly)
    left = left_over(deployment.cloud)
    assert left.pop("stacks") == ["CDKToolkit"]
    assert all(name.startswith("cdk-") for name in (*left.pop("buckets"), *left.pop("roles")))
    assert left == {}
