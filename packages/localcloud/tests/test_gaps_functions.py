"""Test the gaps of moto's Lambda, custom resources, and the small gaps of other services."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import TYPE_CHECKING, Any

from deployed import deploy
from gap import att, create, fresh, ref, resource, shows_gap
from localcloud.gaps.middleware import dynamodb_one_at_a_time
from test_gaps_types import ROLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.cloud import LocalCloud
    from localcloud.world import World

PROVIDER = """
import json, urllib.request
def handler(event, context):
    bucket = event["ResourceProperties"]["Note"]
    failed = event["ResourceProperties"]["Fail"] == "true" and event["RequestType"] == "Create"
    answer = {"Status": "FAILED" if failed else "SUCCESS", "Reason": "told to", "PhysicalResourceId": "it",
              "Data": {"Type": event["RequestType"]},
              **{k: event[k] for k in ("StackId", "RequestId", "LogicalResourceId")}}
    import boto3
    boto3.client("ssm").put_parameter(Name=bucket, Value=event["RequestType"], Type="String", Overwrite=True)
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT"))
"""


def test_function_runs_without_docker(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = deploy(world, "def handler(event, context):\n    return event['number'] + 1\n")
        answer = world.client("lambda").invoke(FunctionName=name, Payload=b'{"number": 1}')
        return bool(answer["Payload"].read() == b"2")

    shows_gap(stock, cloud.world, probe)


def test_asynchronous_invocation_returns_at_once(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        note = fresh("/gap/asynchronous")
        source = (f"import boto3, time\ndef handler(event, context):\n    time.sleep(0.5)\n"
                  f"    boto3.client('ssm').put_parameter(Name='{note}', Value='done', Type='String')\n")  # fmt: skip
        name = deploy(world, source)
        world.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")
        early = _parameter(world, note)
        return early is None and _eventually(lambda: _parameter(world, note) == "done")

    shows_gap(stock, cloud.world, probe)


def test_log_of_an_invocation(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = deploy(world, "def handler(event, context):\n    print('said', context.aws_request_id)\n")
        answer = world.client("lambda").invoke(FunctionName=name, LogType="Tail", Payload=b"{}")
        tail = base64.b64decode(answer["LogResult"]).decode()
        group = f"/aws/lambda/{name}"
        streams = world.client("logs").describe_log_streams(logGroupName=group)["logStreams"]
        events = world.client("logs").get_log_events(
            logGroupName=group, logStreamName=streams[0]["logStreamName"]
        )
        return "said" in tail and any("Billed Duration" in event["message"] for event in events["events"])

    shows_gap(stock, cloud.world, probe)


def test_throttled_beyond_reserved_concurrency(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = deploy(world, "def handler(event, context):\n    pass\n")
        client = world.client("lambda")
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            client.invoke(FunctionName=name, Payload=b"{}")
        except client.exceptions.TooManyRequestsException:
            return True
        return False

    shows_gap(stock, cloud.world, probe)


def test_failed_records_of_a_batch_come_again(stock: World, cloud: LocalCloud) -> None:
    """moto deletes the messages whatever the function answers (or, without Docker, delivers none)."""

    def probe(world: World) -> bool:
        sqs, lambda_ = world.client("sqs"), world.client("lambda")
        url = sqs.create_queue(QueueName=fresh("queue"), Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        source = ("def handler(event, context):\n    again = [r for r in event['Records'] if r['body'] == 'again'"
                  " and r['attributes']['ApproximateReceiveCount'] == '1']\n"
                  "    print(*(r['body'] for r in event['Records']))\n"
                  "    return {'batchItemFailures': [{'itemIdentifier': r['messageId']} for r in again]}\n")  # fmt: skip
        name = deploy(world, source)
        lambda_.create_event_source_mapping(EventSourceArn=arn, FunctionName=name,
                                            FunctionResponseTypes=["ReportBatchItemFailures"])  # fmt: skip
        _changed(world, cloud)
        for body in ("once", "again"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        return _eventually(lambda: _words(world, name) == ["again", "again", "once"])

    shows_gap(stock, cloud.world, probe)


def _changed(world: World, cloud: LocalCloud) -> None:
    """Make the pump look for new mappings, since it does so only when a stack changes and these belong to none."""
    if world is cloud.world:
        cloud._emulator.stack_changed()


def _words(world: World, function: str) -> list[str]:
    try:
        events = world.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    except world.client("logs").exceptions.ResourceNotFoundException:
        return []
    lines = [e["message"] for e in events if e["message"].startswith(("once", "again"))]
    return sorted(word for line in lines for word in line.split())


def _custom(note: str, **properties: object) -> dict[str, Any]:
    function = resource("Lambda::Function", Code={"ZipFile": PROVIDER}, Handler="index.handler", Timeout=10,
                        Runtime="python3.12", Role=att("Role", "Arn"))  # fmt: skip
    properties = {"ServiceToken": att("F", "Arn"), "Note": note, "Fail": False, **properties}
    return {"Role": ROLE, "F": function, "C": {"Type": "Custom::Thing", "Properties": properties}}


def test_custom_resource_that_fails_fails_the_stack(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        return create(world, _custom(fresh("/gap/custom"), Fail=True)).status == "ROLLBACK_COMPLETE"

    shows_gap(stock, cloud.world, probe)


def test_custom_resource_is_created_updated_and_deleted(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        note = fresh("/gap/custom")
        stack = create(world, _custom(note), {"Type": att("C", "Type")})
        seen = [stack.outputs["Type"], _parameter(world, note)]
        stack.update(_custom(note, More=1), {"Type": att("C", "Type")})
        seen.append(_parameter(world, note))
        stack.delete()
        return [*seen, _parameter(world, note)] == ["Create", "Create", "Update", "Delete"]

    shows_gap(stock, cloud.world, probe)


def test_auto_delete_objects_empties_its_bucket(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        tags = [{"Key": "aws-cdk:auto-delete-objects", "Value": "true"}]
        resources = {"B": resource("S3::Bucket", Tags=tags), "Empty": {
            "Type": "Custom::S3AutoDeleteObjects", "Properties": {"ServiceToken": "none", "BucketName": ref("B")}}}  # fmt: skip
        stack = create(world, resources, {"B": ref("B")})
        bucket, s3 = stack.outputs["B"], world.client("s3")
        s3.put_object(Bucket=bucket, Key="key", Body=b"")
        stack.delete()
        return bucket not in [one["Name"] for one in s3.list_buckets()["Buckets"]]

    shows_gap(stock, cloud.world, probe)


def test_ubuntu_images_are_public_parameters(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        name = "/aws/service/canonical/ubuntu/server/{}/stable/current/{}/hvm/{}/ami-id"
        names = [name.format(release, architecture, disk) for architecture in ("amd64", "arm64")
                 for release, disk in (("22.04", "ebs-gp2"), ("24.04", "ebs-gp3"))]  # fmt: skip
        images = [one["Value"] for one in world.client("ssm").get_parameters(Names=names)["Parameters"]]
        return len(images) == 4 == len(world.client("ec2").describe_images(ImageIds=images)["Images"])

    shows_gap(stock, cloud.world, probe)


def test_cloudtrail_knows_nothing_without_failing(stock: World, cloud: LocalCloud) -> None:
    shows_gap(stock, cloud.world, lambda world: world.client("cloudtrail").lookup_events()["Events"] == [])


def test_launches_are_recorded(cloud: LocalCloud) -> None:
    """Unpatched moto starts nothing and has no API that could be probed."""
    heard: list[str] = []
    cloud.on_launch(lambda launch: heard.append(launch.user_data))
    cloud.client("iam").create_instance_profile(InstanceProfileName="gap")
    cloud.client("ec2").run_instances(
        ImageId="ami-12345678", MinCount=1, MaxCount=1, UserData="#!/bin/sh\n", IamInstanceProfile={"Name": "gap"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "job", "Value": "7"}]}],
    )  # fmt: skip
    launch = cloud.launches()[-1]
    assert heard == [launch.user_data] == ["#!/bin/sh\n"]
    assert (launch.profile, launch.tags) == ("gap", (("job", "7"),))


def test_dynamodb_serves_one_request_at_a_time() -> None:
    """moto reads, then writes, so that two simultaneous conditional writes may both win."""
    inside, most = [0], [0]

    def app(_environ: object, _start_response: object) -> list[bytes]:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.02)
        inside[0] -= 1
        return [b""]

    def overlap(application: Callable[..., object]) -> int:
        most[0] = 0
        environ = {"HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem"}
        threads = [threading.Thread(target=application, args=(environ, None)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return most[0]

    assert overlap(app) > 1
    assert overlap(dynamodb_one_at_a_time(app)) == 1


def _parameter(world: World, name: str) -> str | None:
    found = world.client("ssm").get_parameters(Names=[name])["Parameters"]
    return found[0]["Value"] if found else None


def _eventually(holds: Callable[[], bool], seconds: float = 4) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_event_reaches_handler_as_json(cloud: LocalCloud) -> None:
    name = deploy(cloud.world, "def handler(event, context):\n    return event\n")
    event = {"text": "a\nb\u2028c", "nested": [1, None, True]}
    assert json.loads(cloud.invoke(name, json.dumps(event).encode()).payload) == event
