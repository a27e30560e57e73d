"""Test the gaps of moto's CloudFormation engine."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from gap import FAILURES, att, create, fresh, ref, resource, shows_gap

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.world import World

QUEUE = resource("SQS::Queue")
BAD = resource("SQS::Queue", QueueName="not a name!")


def execute(
    world: World,
    template: dict[str, Any],
    kind: str = "CREATE",
    name: str = "",
    parameters: list[dict[str, Any]] | None = None,
) -> str:
    """Run a change set, as the CDK CLI does; return the stack's name."""
    cloudformation, name = world.client("cloudformation"), name or fresh("set")
    made = cloudformation.create_change_set(
        StackName=name, ChangeSetName=fresh("change"), ChangeSetType=kind, TemplateBody=json.dumps(template),
        Parameters=parameters or [],
    )  # fmt: skip
    cloudformation.execute_change_set(ChangeSetName=made["Id"])
    return name


def described(world: World, name: str) -> dict[str, Any]:
    found: dict[str, Any] = world.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    return found


def test_failed_change_set_rolls_back(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = fresh("rollback")
        queue = resource("SQS::Queue", QueueName=name)
        stack = execute(world, {"Resources": {"A": queue, "B": {**BAD, "DependsOn": "A"}}})
        left = world.client("sqs").list_queues(QueueNamePrefix=name).get("QueueUrls", [])
        return described(world, stack)["StackStatus"] == "ROLLBACK_COMPLETE" and not left

    shows_gap(stock, cloud.world, probe)


def test_failed_update_rolls_back_what_changed(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        value = resource("SSM::Parameter", Name=fresh("/gap/value"), Type="String", Value="before")
        stack = execute(world, {"Resources": {"A": value}})
        changed = {**value, "Properties": {**value["Properties"], "Value": "after"}}
        execute(world, {"Resources": {"A": changed, "B": {**BAD, "DependsOn": "A"}}}, "UPDATE", stack)
        now = world.client("ssm").get_parameter(Name=value["Properties"]["Name"])["Parameter"]["Value"]
        return bool(described(world, stack)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE" and now == "before")

    shows_gap(stock, cloud.world, probe)


def test_failure_names_resource_and_reason(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        stack = execute(world, {"Resources": {"Wrong": BAD}})
        events = world.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        return any(e["LogicalResourceId"] == "Wrong" and "alphanumeric" in e["ResourceStatusReason"]
                   for e in events if e["ResourceStatus"] == "CREATE_FAILED")  # fmt: skip

    shows_gap(stock, cloud.world, probe)


def test_events_have_an_order(stock: World, cloud: LocalCloud) -> None:
    """The CDK CLI sorts events by milliseconds."""

    def probe(world: World) -> bool:
        stack = create(world, dict.fromkeys("ABCDEFGH", QUEUE))
        events = world.client("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
        return len(events) > 8 and len({int(e["Timestamp"].timestamp() * 1000) for e in events}) == len(
            events
        )

    shows_gap(stock, cloud.world, probe)


def test_unknown_type_fails(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        return create(world, {"A": resource("Wondrous::Machine")}).status == "ROLLBACK_COMPLETE"

    shows_gap(stock, cloud.world, probe)


def test_change_set_keeps_outputs(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        stack = execute(
            world, {"Resources": {"A": QUEUE}, "Outputs": {"Name": {"Value": att("A", "QueueName")}}}
        )
        return bool(described(world, stack)["Outputs"][0]["OutputValue"])

    shows_gap(stock, cloud.world, probe)


def test_change_set_honours_depends_on(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = fresh("order")
        first, second = (resource("SQS::Queue", QueueName=f"{name}-{nth}") for nth in ("first", "second"))
        execute(world, {"Resources": {"A": {**second, "DependsOn": "Z"}, "Z": first}})
        urls = world.client("sqs").list_queues(QueueNamePrefix=name)["QueueUrls"]  # in the order of creation
        return bool(urls[0].endswith("first"))

    shows_gap(stock, cloud.world, probe)


CYCLE = {
    "A": resource("SQS::Queue", QueueName={"Fn::Sub": "${B}-a"}),
    "B": {**QUEUE, "DependsOn": "C"},
    "C": resource("SQS::Queue", Tags=[{"Key": "of", "Value": att("A", "Arn")}]),
    "Before": QUEUE,
    "After": resource("SSM::Parameter", Type="String", Value=ref("A")),
}


def test_resources_that_need_each_other_are_refused(stock: World, cloud: LocalCloud) -> None:
    def refusal(world: World, kind: str, name: str, resources: dict[str, Any]) -> tuple[str, str]:
        try:
            execute(world, {"Resources": resources}, kind, name)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["Error"]["Message"]
        return "", ""

    def probe(world: World) -> bool:
        name = fresh("circular")
        text = "Circular dependency between resources: "
        new = refusal(world, "CREATE", name, CYCLE)
        if new != ("ValidationError", f"{text}[A, B, C]"):
            return False
        execute(
            world, {"Resources": {"A": QUEUE}}, "CREATE", name
        )  # nothing is left that would be in the way
        itself = refusal(world, "UPDATE", name, {"A": {**QUEUE, "DependsOn": ["A"]}})
        kept = described(world, name)["StackStatus"] == "CREATE_COMPLETE"
        return kept and itself == ("ValidationError", f"{text}[A]")

    shows_gap(stock, cloud.world, probe)


def test_unknown_change_set_says_so(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        with pytest.raises(ClientError) as caught:
            world.client("cloudformation").describe_change_set(ChangeSetName="nothing", StackName="none")
        return caught.value.response["Error"]["Code"] == "ChangeSetNotFound"

    shows_gap(stock, cloud.world, probe)


def test_types_of_resources_are_known_or_not(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        cloudformation = world.client("cloudformation")
        known = cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::S3::Bucket")
        with pytest.raises(ClientError) as caught:
            cloudformation.describe_type(Type="RESOURCE", TypeName="AWS::No::Such")
        code = caught.value.response["Error"]["Code"]
        return (known["TypeName"], code) == ("AWS::S3::Bucket", "TypeNotFoundException")

    shows_gap(stock, cloud.world, probe)


def test_deleting_unknown_change_set_succeeds(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        answer = world.client("cloudformation").delete_change_set(ChangeSetName="nothing", StackName="none")
        return bool(answer["ResponseMetadata"]["HTTPStatusCode"] == 200)

    shows_gap(stock, cloud.world, probe)


def test_replaced_resource_reaches_those_that_refer_to_it(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        def resources(name: str) -> dict[str, Any]:
            table = resource("DynamoDB::Table", TableName=name, BillingMode="PAY_PER_REQUEST",
                             KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                             AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}])  # fmt: skip
            return {
                "T": table,
                "P": resource("SSM::Parameter", Name=parameter, Type="String", Value=ref("T")),
            }

        parameter, new = fresh("/gap/table"), fresh("table")
        stack = create(world, resources(fresh("table")))
        stack.update(resources(new))
        return bool(world.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"] == new)

    shows_gap(stock, cloud.world, probe)


def test_describing_a_stack_creates_nothing(stock: World, cloud: LocalCloud) -> None:
    """The CLI lists a stack's resources while custom resources run; moto then creates those that are missing."""

    def probe(world: World) -> bool:
        good, bad = fresh("made"), fresh("unmade")
        resources = {"A": resource("SQS::Queue", QueueName=good), "B": BAD,
                     "C": {**resource("SQS::Queue", QueueName=bad), "DependsOn": "B"}}  # fmt: skip
        stack = fresh("set")
        with contextlib.suppress(*FAILURES):
            execute(world, {"Resources": resources}, name=stack)
        try:
            world.client("cloudformation").describe_stack_resources(StackName=stack)
        except FAILURES:
            return False
        return not world.client("sqs").list_queues(QueueNamePrefix=bad).get("QueueUrls")

    shows_gap(stock, cloud.world, probe)


def test_missing_ssm_parameter_fails_with_its_name(stock: World, cloud: LocalCloud) -> None:
    parameters = {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/gap/none"}}

    def probe(world: World) -> bool:
        stack = execute(world, {"Resources": {"A": QUEUE}, "Parameters": parameters})
        events = world.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
        return any("/gap/none" in event.get("ResourceStatusReason", "") for event in events)

    shows_gap(stock, cloud.world, probe)


def test_previous_value_of_ssm_parameter_is_its_name(stock: World, cloud: LocalCloud) -> None:
    parameters = {"Value": {"Type": "AWS::SSM::Parameter::Value<String>"}}

    def probe(world: World) -> bool:
        name = fresh("/gap/previous")
        world.client("ssm").put_parameter(Name=name, Value="one", Type="String")
        template = {"Resources": {"A": QUEUE}, "Parameters": parameters}
        stack = execute(world, template, parameters=[{"ParameterKey": "Value", "ParameterValue": name}])
        again = {**template, "Resources": {"A": QUEUE, "B": QUEUE}}
        execute(world, again, "UPDATE", stack, [{"ParameterKey": "Value", "UsePreviousValue": True}])
        return bool(described(world, stack)["StackStatus"] == "UPDATE_COMPLETE")

    shows_gap(stock, cloud.world, probe)


def test_same_ssm_parameter_is_no_change(stock: World, cloud: LocalCloud) -> None:
    """A change set with the same value is empty; another value behind the same name is a change."""

    def probe(world: World) -> bool:
        name, ssm, cloudformation = fresh("/gap/same"), world.client("ssm"), world.client("cloudformation")
        ssm.put_parameter(Name=name, Value="one", Type="String")
        slot = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": name}
        template = json.dumps({"Resources": {"A": QUEUE}, "Parameters": {"Value": slot}})
        stack = execute(world, json.loads(template))

        def status() -> str:
            change = fresh("again")
            cloudformation.create_change_set(
                StackName=stack, ChangeSetName=change, ChangeSetType="UPDATE", TemplateBody=template,
                Parameters=[{"ParameterKey": "Value", "UsePreviousValue": True}],
            )  # fmt: skip
            return str(cloudformation.describe_change_set(StackName=stack, ChangeSetName=change)["Status"])

        before = status()
        ssm.put_parameter(Name=name, Value="two", Type="String", Overwrite=True)
        return (before, status()) == ("FAILED", "CREATE_COMPLETE")

    shows_gap(stock, cloud.world, probe)


def test_retained_resource_stays_and_stack_goes(cloud: LocalCloud) -> None:
    name = fresh("retained")
    stack = create(cloud.world, {"A": {**resource("SQS::Queue", QueueName=name), "DeletionPolicy": "Retain"}})
    stack.delete()
    assert cloud.client("sqs").list_queues(QueueNamePrefix=name)["QueueUrls"]
    with pytest.raises(ClientError):
        _ = stack.status
