from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from crackling_aws.ec2_workers import LaunchError, LaunchSettings, NoCapacityError, RunningWorker, Workers
from crackling_aws.parameters import Parameters
from fakes.ec2 import LAUNCHED, FakeEC2

if TYPE_CHECKING:
    from collections.abc import Iterator

GENOME, CLAIM = "GCF_000840245.1", "0" * 32
IMAGE_PARAMETER = "/crackling/test/worker-ami"
TYPES = json.dumps([[10_000, ["r9.large", "r8.large"]], [1_000, ["m9.large"]]])


@pytest.fixture
def ssm() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ssm")


def bake(ssm: Any, image: str) -> None:
    ssm.put_parameter(Name=IMAGE_PARAMETER, Value=image, Type="String", Overwrite=True)


@pytest.fixture
def ec2() -> FakeEC2:
    return FakeEC2()


@pytest.fixture
def workers(ssm: Any, ec2: FakeEC2) -> Workers:
    bake(ssm, "ami-0123")
    return make(ssm, ec2)


def make(ssm: Any, ec2: Any, template: str = "lt-1", types: str = TYPES, at_once: int = 9) -> Workers:
    settings = LaunchSettings.parse(
        stage="test", image_parameter=IMAGE_PARAMETER, launch_template=template, types=types, at_once=at_once
    )
    return Workers(client=ec2, parameters=Parameters(ssm), settings=settings)


def tried(ec2: FakeEC2) -> list[tuple[str, str | None]]:
    return [
        (request["InstanceType"], request.get("Placement", {}).get("AvailabilityZone"))
        for request in ec2.requests
    ]


@pytest.mark.parametrize(
    ("bases", "kind"), [(1, "m9.large"), (1_000, "m9.large"), (1_001, "r9.large"), (10_000, "r9.large")]
)
def test_the_size_of_the_genome_chooses_the_type(
    workers: Workers, ec2: FakeEC2, bases: int, kind: str
) -> None:
    workers.launch(GENOME, CLAIM, bases)
    assert tried(ec2) == [(kind, None)]


def test_a_genome_beyond_the_table_is_refused(workers: Workers, ec2: FakeEC2) -> None:
    with pytest.raises(LaunchError, match=r"10,001 bases.*workerTypes") as caught:
        workers.launch(GENOME, CLAIM, 10_001)
    assert not isinstance(caught.value, NoCapacityError)
    assert not ec2.requests


def test_an_instance_is_started_through_the_template_with_the_image_and_its_work_as_tags(
    workers: Workers, ec2: FakeEC2
) -> None:
    instance_id = workers.launch(GENOME, CLAIM, 1)
    (request,) = ec2.requests
    assert request["LaunchTemplate"] == {"LaunchTemplateId": "lt-1", "Version": "$Latest"}
    assert request["ImageId"] == "ami-0123"
    assert request["ClientToken"].startswith(CLAIM)
    assert {one["ResourceType"] for one in request["TagSpecifications"]} == {"instance", "volume"}
    assert workers.running() == [RunningWorker(instance_id, GENOME, CLAIM, LAUNCHED.timestamp())]


def test_a_repetition_finds_the_first_instance(workers: Workers, ec2: FakeEC2) -> None:
    assert workers.launch(GENOME, CLAIM, 1) == workers.launch(GENOME, CLAIM, 1)
    assert workers.launch(GENOME, "1" * 32, 1) != workers.launch(GENOME, CLAIM, 1)
    assert len(ec2.instances) == 2


def test_a_lost_answer_starts_no_second_instance(workers: Workers, ec2: FakeEC2) -> None:
    ec2.lose_answers = 1
    with pytest.raises(ClientError, match="InternalError"):
        workers.launch(GENOME, CLAIM, 1)
    workers.launch(GENOME, CLAIM, 1)
    assert len(ec2.instances) == 1


def test_a_lost_answer_is_found_by_its_token_before_the_instance_is_listed(
    workers: Workers, ec2: FakeEC2, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEC2, "paginate", lambda _self, **_filters: [{"Reservations": []}])
    assert workers.launch(GENOME, CLAIM, 1) == workers.launch(GENOME, CLAIM, 1)


def test_a_retry_after_the_worker_died_starts_another(workers: Workers, ec2: FakeEC2) -> None:
    first = workers.launch(GENOME, CLAIM, 1)
    workers.terminate(first)
    assert workers.running() == []
    second = workers.launch(GENOME, CLAIM, 1)
    assert second != first
    assert [worker.instance_id for worker in workers.running()] == [second]


@pytest.mark.parametrize(
    "code", ["InsufficientInstanceCapacity", "Unsupported", "InsufficientVolumeCapacity"]
)
def test_without_room_other_zones_and_then_other_types_are_tried(
    workers: Workers, ec2: FakeEC2, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    ec2.refusals = {("r9.large", "any"): code, ("r8.large", None): code, ("r8.large", "a"): code}
    workers.launch(GENOME, CLAIM, 5_000)
    kinds = ["r9.large", "r9.large", "r9.large", "r8.large", "r8.large", "r8.large"]
    assert tried(ec2) == list(zip(kinds, [None, "a", "b"] * 2, strict=True))
    assert len({request["ClientToken"] for request in ec2.requests}) == 6
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 5
    assert all(GENOME in line and code in line for line in caplog.messages)


@pytest.mark.parametrize("code", ["VcpuLimitExceeded", "InstanceLimitExceeded"])
def test_a_quota_is_met_once_a_type(workers: Workers, ec2: FakeEC2, code: str) -> None:
    ec2.refusals = {("r9.large", "any"): code, ("r8.large", "any"): code}
    with pytest.raises(NoCapacityError, match=r"quota.*r9.large, r8.large.*Service Quotas"):
        workers.launch(GENOME, CLAIM, 5_000)
    assert tried(ec2) == [("r9.large", None), ("r8.large", None)]


def test_no_room_anywhere_is_told_with_what_was_tried(workers: Workers, ec2: FakeEC2) -> None:
    ec2.refusals = {
        ("r9.large", "any"): "VcpuLimitExceeded",
        ("r8.large", "any"): "InsufficientInstanceCapacity",
    }
    with pytest.raises(NoCapacityError, match=f"{GENOME}: AWS has no free machine.*r9.large, r8.large"):
        workers.launch(GENOME, CLAIM, 5_000)
    assert not ec2.instances


def test_what_the_free_plan_refuses_is_told_once_a_type(workers: Workers, ec2: FakeEC2) -> None:
    free = "The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, ..."
    ec2.refusals = {(kind, "any"): "InvalidParameterCombination" for kind in ("r9.large", "r8.large")}
    ec2.message = free
    with pytest.raises(LaunchError, match=r"free plan.*r9.large, r8.large.*upgrade") as caught:
        workers.launch(GENOME, CLAIM, 5_000)
    assert not isinstance(caught.value, NoCapacityError), "trying again does not help"
    assert tried(ec2) == [("r9.large", None), ("r8.large", None)]
    ec2.message = "The parameter SubnetId may not be used with EnclaveOptions"
    with pytest.raises(LaunchError, match="check the setting workerTypes"):
        workers.launch(GENOME, "other", 5_000)


def test_what_the_free_plan_allows_is_started(workers: Workers, ec2: FakeEC2) -> None:
    ec2.refusals, ec2.message = (
        {("r9.large", "any"): "InvalidParameterCombination"},
        "not eligible for Free Tier",
    )
    workers.launch(GENOME, CLAIM, 5_000)
    assert tried(ec2) == [("r9.large", None), ("r8.large", None)]


def test_what_the_region_lacks_is_told(workers: Workers, ec2: FakeEC2) -> None:
    ec2.refusals = {(kind, "any"): "Unsupported" for kind in ("r9.large", "r8.large")}
    with pytest.raises(LaunchError, match=r"no zone.*r9.large, r8.large.*workerTypes") as caught:
        workers.launch(GENOME, CLAIM, 5_000)
    assert not isinstance(caught.value, NoCapacityError)
    full = {("r8.large", None): "InsufficientInstanceCapacity"}
    ec2.refusals |= full | {("r8.large", zone): "Unsupported" for zone in ("a", "b")}
    del ec2.refusals[("r8.large", "any")]
    with pytest.raises(NoCapacityError):
        workers.launch(GENOME, "other", 5_000)


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("InvalidAMIID.NotFound", "bake an image"),
        ("InvalidLaunchTemplateId.NotFound", "deploy CracklingStack"),
        ("UnauthorizedOperation", "deploy CracklingStack"),
        ("VPCIdNotSpecified", "create-default-vpc"),
        ("InvalidParameterValue", "workerTypes"),
    ],
)
def test_what_a_person_must_change_is_told_with_the_remedy(
    workers: Workers, ec2: FakeEC2, code: str, remedy: str
) -> None:
    ec2.refusals = {("m9.large", None): code}
    with pytest.raises(LaunchError, match=remedy) as caught:
        workers.launch(GENOME, CLAIM, 1)
    assert code in str(caught.value)
    assert not isinstance(caught.value, NoCapacityError)
    assert len(ec2.requests) == 1


@pytest.mark.parametrize("code", ["InternalError", "RequestLimitExceeded", "Unavailable"])
def test_what_may_pass_is_passed_on(workers: Workers, ec2: FakeEC2, code: str) -> None:
    ec2.refusals = {("m9.large", None): code}
    with pytest.raises(ClientError, match=code):
        workers.launch(GENOME, CLAIM, 1)


@pytest.mark.parametrize("image", [None, "none", "resolve:ssm:/x"])
def test_without_an_image_the_remedy_is_to_bake_one(ssm: Any, ec2: FakeEC2, image: str) -> None:
    if image:
        bake(ssm, image)
    with pytest.raises(LaunchError, match=f"{IMAGE_PARAMETER}.*bake an image"):
        make(ssm, ec2).launch(GENOME, CLAIM, 1)
    assert not ec2.requests


def test_the_image_is_read_at_the_launch(ssm: Any, ec2: FakeEC2) -> None:
    ec2.images = ("ami-1", "ami-2")
    for image in ec2.images:
        bake(ssm, image)
        make(ssm, ec2).launch(GENOME, image, 1)
    assert [request["ImageId"] for request in ec2.requests] == ["ami-1", "ami-2"]


def test_an_instance_that_is_gone_is_no_error(workers: Workers) -> None:
    workers.terminate("i-00000000000000000")


def test_on_moto(ssm: Any) -> None:
    ec2 = boto3.client("ec2")
    image = ec2.register_image(Name="worker")["ImageId"]
    bake(ssm, image)
    template = ec2.create_launch_template(
        LaunchTemplateName="workers", LaunchTemplateData={"InstanceInitiatedShutdownBehavior": "terminate"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    types = json.dumps([[1_000, ["m5.large"]]])
    workers = make(ssm, ec2, template, types)
    instance_id = workers.launch(GENOME, CLAIM, 1)
    assert workers.launch(GENOME, CLAIM, 1) == instance_id
    (worker,) = workers.running()
    assert (worker.instance_id, worker.genome_id, worker.claim) == (instance_id, GENOME, CLAIM)
    workers.terminate(instance_id)
    assert workers.running() == []
    assert workers.launch(GENOME, CLAIM, 1) != instance_id
    ec2.terminate_instances(InstanceIds=[instance_id])
    workers.terminate("i-00000000000000000")


def test_so_many_run_at_once_and_another_is_told_to_wait(ssm: Any, ec2: FakeEC2) -> None:
    bake(ssm, "ami-0123")
    workers = make(ssm, ec2, at_once=1)
    first = workers.launch(GENOME, CLAIM, 1)
    with pytest.raises(NoCapacityError, match=r"other.*submit the job again when.*workersAtOnce"):
        workers.launch("other", "other", 1)
    assert workers.launch(GENOME, CLAIM, 1) == first, "a repetition finds its own"
    workers.terminate(first)
    assert workers.launch("other", "other", 1) != first
