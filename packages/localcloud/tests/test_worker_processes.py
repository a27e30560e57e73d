"""Test workers as processes: they see their instance's metadata, act with its role, and live as long as it does."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from gap import fresh
from localcloud.iam.report import Finding
from localcloud.workers import PRINCIPAL, Worker, WorkerProcesses, seed_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.cloud import LocalCloud

TAG = "genome"
TAGS = {TAG: "tiny", "claim": "c"}
# Reads a tag and a parameter, as a worker does, with nothing but what the instance provides.
PROGRAM = """
import os, urllib.request, boto3
assert "AWS_ACCESS_KEY_ID" not in os.environ
base = os.environ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] + "/latest/"
ask = lambda path, **headers: urllib.request.urlopen(urllib.request.Request(base + path, headers=headers))
token = urllib.request.Request(base + "api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"})
token = urllib.request.urlopen(token).read().decode()
print(ask("meta-data/tags/instance/genome", **{"X-aws-ec2-metadata-token": token}).read().decode())
ssm = boto3.client("ssm")
for name in ("mine", "yours"):
    print(ssm.get_parameter(Name=name)["Parameter"]["Value"])
"""
TRUST = {"Version": "2012-10-17", "Statement": []}
MINE = {
    "Effect": "Allow",
    "Action": "ssm:GetParameter",
    "Resource": "arn:aws:ssm:us-east-1:123456789012:parameter/mine",
}


@pytest.fixture
def launch(cloud: LocalCloud) -> Callable[..., str]:
    """Return a function that starts an instance from a launch template whose role may read one parameter."""
    iam, ec2, ssm = (cloud.client(name) for name in ("iam", "ec2", "ssm"))
    name = fresh("worker")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [MINE]})
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy)
    profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    template = ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"IamInstanceProfile": {"Arn": profile}}
    )["LaunchTemplate"]["LaunchTemplateId"]
    for parameter in ("mine", "yours"):
        ssm.put_parameter(Name=parameter, Value=f"value of {parameter}", Type="String", Overwrite=True)
    image = seed_image(cloud, "/image")
    assert ssm.get_parameter(Name="/image")["Parameter"]["Value"] == image

    def run(**tags: str) -> str:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        [instance] = ec2.run_instances(
            ImageId=image, MinCount=1, MaxCount=1, LaunchTemplate={"LaunchTemplateId": template},
            TagSpecifications=[{"ResourceType": "instance", "Tags": listed}],
        )["Instances"]  # fmt: skip
        return str(instance["InstanceId"])

    return run


def until(found: Callable[[], Any]) -> None:
    end = time.monotonic() + 30
    while not found():
        assert time.monotonic() < end
        time.sleep(0.05)


def state(cloud: LocalCloud, instance_id: str) -> str:
    [found] = cloud.client("ec2").describe_instances(InstanceIds=[instance_id])["Reservations"]
    return str(found["Instances"][0]["State"]["Name"])


def only(workers: WorkerProcesses) -> Worker:
    until(lambda: workers.workers)
    [worker] = workers.workers
    return worker


def test_a_worker_has_its_instances_metadata_and_role(cloud: LocalCloud, launch: Callable[..., str]) -> None:
    with WorkerProcesses(cloud, [sys.executable, "-c", PROGRAM], TAG) as workers:
        instance_id = launch(**TAGS)
        until(lambda: state(cloud, instance_id) == "terminated")
        worker = only(workers)
    assert worker.log.splitlines() == ["tiny", "value of mine", "value of yours"]
    assert (worker.instance_id, worker.genome, worker.exit_code) == (instance_id, "tiny", 0)
    yours = MINE["Resource"].replace("mine", "yours")
    found = [finding for finding in cloud.iam_report().denied if finding.function == PRINCIPAL]
    assert found == [Finding(PRINCIPAL, "ssm:GetParameter", yours)]


def test_an_instance_that_is_taken_away_ends_its_process(
    cloud: LocalCloud, launch: Callable[..., str]
) -> None:
    with WorkerProcesses(cloud, ["sleep", "600"], TAG) as workers:
        instance_id = launch(**TAGS)
        worker = only(workers)
        cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])
        until(lambda: worker.exit_code is not None)
    assert worker.exit_code == -9


def test_nothing_runs_on_when_the_cloud_ends(cloud: LocalCloud, launch: Callable[..., str]) -> None:
    with WorkerProcesses(cloud, ["sleep", "600"], TAG) as workers:
        launch(**TAGS)
        worker = only(workers)
    assert worker.process.poll() == -9


def test_an_instance_that_is_no_worker_runs_nothing(cloud: LocalCloud, launch: Callable[..., str]) -> None:
    with WorkerProcesses(cloud, ["sleep", "600"], TAG) as workers:
        instance_id = launch(Name="builder")
        time.sleep(0.2)
        assert workers.workers == []
    assert state(cloud, instance_id) == "running"
