"""Test that genomes too large for the functions are prepared on instances of their own, which end themselves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from conftest import LARGE_ACCESSION, SECOND_LARGE_ACCESSION
from local_stage import SAMPLE, WORKER_IMAGE, Deployment
from localcloud.workers import Worker, seed_image
from plumbing import STACK, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.api_client import ApiClient
    from expected import Expected
    from localcloud.cloud import LocalCloud

QUERY = (SAMPLE / "cI.fa").read_text()


def states(cloud: LocalCloud, genome: str) -> list[str]:
    """Return the states of all instances that were started for a genome."""
    pages = cloud.client("ec2").describe_instances(
        Filters=[{"Name": "tag:crackling:genome", "Values": [genome]}]
    )
    return [one["State"]["Name"] for found in pages["Reservations"] for one in found["Instances"]]


def workers_of(deployment: Deployment, genome: str) -> list[Worker]:
    return [worker for worker in deployment.workers.workers if worker.genome == genome]


def submit(api: ApiClient, genome: str) -> str:
    return api.submit(fasta=QUERY, genome=genome)


def genome_item(cloud: LocalCloud, genome: str, **changes: Any) -> dict[str, Any]:
    """Apply `changes` to numbers of the genome's item, and return the item."""
    place = {"TableName": cloud.outputs(STACK)["GenomesTable"]}
    key = {"genomeId": {"S": genome}, "item": {"S": "genome"}}
    dynamodb = cloud.client("dynamodb")
    for name, value in changes.items():
        dynamodb.update_item(
            **place, Key=key, UpdateExpression="SET #name = :value",
            ExpressionAttributeNames={"#name": name}, ExpressionAttributeValues={":value": {"N": repr(value)}},
        )  # fmt: skip
    found: dict[str, Any] = dynamodb.get_item(**place, Key=key)["Item"]
    return found


def fire_reaper(cloud: LocalCloud) -> None:
    names = [rule["Name"] for rule in cloud.client("events").list_rules()["Rules"]]
    [reaper] = [name for name in names if "Reaper" in name]
    cloud.fire(reaper)


@pytest.fixture
def no_image(cloud: LocalCloud) -> Any:
    cloud.client("ssm").delete_parameter(Name=WORKER_IMAGE)
    yield
    seed_image(cloud, WORKER_IMAGE)


def test_without_an_image_the_job_fails_with_the_remedy(
    deployment: Deployment, api: ApiClient, no_image: None
) -> None:
    job = submit(api, LARGE_ACCESSION)
    wait_until(lambda: bool(api.get(f"/jobs/{job}")["status"] == "failed"), "the job has failed")
    reason = api.get(f"/jobs/{job}")["reason"]
    assert WORKER_IMAGE in reason
    assert "bake an image" in reason
    assert workers_of(deployment, LARGE_ACCESSION) == []


def test_a_large_genome_is_prepared_by_a_worker(
    deployment: Deployment, api: ApiClient, expected_of_large: Expected
) -> None:
    jobs = [submit(api, LARGE_ACCESSION) for _ in range(2)]
    seen = set()
    for job in jobs:
        while (answer := api.get(f"/jobs/{job}"))["status"] not in ("complete", "failed"):
            seen.add(answer["status"])
            seen.add((api.get(f"/genomes/{LARGE_ACCESSION}").get("progress") or {}).get("part"))
            time.sleep(0.1)
        assert answer["status"] == "complete", answer
        assert api.export(job, "csv") == expected_of_large.file(QUERY, "csv")
    assert "preparing" in seen
    assert seen & {"fasta", "issl"}  # some steps may be too short to be seen
    genome = api.get(f"/genomes/{LARGE_ACCESSION}")
    assert (genome["state"], genome["venue"], genome["contigs"]) == ("ready", "worker", 2)
    [worker] = workers_of(deployment, LARGE_ACCESSION)
    wait_until(lambda: states(deployment.cloud, LARGE_ACCESSION) == ["terminated"], "the instance has ended")
    assert worker.exit_code == 0, worker.log
    launch = next(one for one in deployment.cloud.launches() if one.instance_id == worker.instance_id)
    assert launch.instance_type == "r6i.xlarge"
    assert dict(launch.tags)["crackling:stage"] == "local"


def test_a_worker_that_is_lost_is_replaced(
    deployment: Deployment, api: ApiClient, expected_of_large: Expected
) -> None:
    cloud = deployment.cloud
    job = submit(api, SECOND_LARGE_ACCESSION)
    wait_until(lambda: bool(workers_of(deployment, SECOND_LARGE_ACCESSION)), "a worker runs")
    [first] = workers_of(deployment, SECOND_LARGE_ACCESSION)
    first.process.kill()
    wait_until(lambda: first.exit_code is not None, "it is gone")
    claim = genome_item(cloud, SECOND_LARGE_ACCESSION)["claim"]
    # Pretend that the last update was an hour ago.
    genome_item(cloud, SECOND_LARGE_ACCESSION, updated=time.time() - 3600)
    fire_reaper(cloud)
    api.wait_for_job(job)
    assert genome_item(cloud, SECOND_LARGE_ACCESSION)["claim"] != claim
    assert api.export(job, "csv") == expected_of_large.file(QUERY, "csv")
    wait_until(lambda: set(states(cloud, SECOND_LARGE_ACCESSION)) == {"terminated"}, "both have ended")
    assert len(workers_of(deployment, SECOND_LARGE_ACCESSION)) == 2


def test_a_worker_whose_genome_is_over_is_ended(deployment: Deployment, api: ApiClient) -> None:
    """The reaper ends an instance that does not power itself off."""
    cloud = deployment.cloud
    image = cloud.client("ssm").get_parameter(Name=WORKER_IMAGE)["Parameter"]["Value"]
    tags = {"crackling:genome": LARGE_ACCESSION, "crackling:claim": "old", "crackling:stage": "local"}
    [orphan] = cloud.client("ec2").run_instances(
        ImageId=image, MinCount=1, MaxCount=1, InstanceType="r6i.xlarge",
        # Started without the template, since no process is started for an instance without a profile.
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}
        ],
    )["Instances"]  # fmt: skip
    fire_reaper(cloud)
    wait_until(
        lambda: set(states(cloud, LARGE_ACCESSION)) == {"terminated"}, f"{orphan['InstanceId']} has ended"
    )


def test_workers_log_the_genome_and_no_sequence(deployment: Deployment, large_genome: Path) -> None:
    logs = [worker.log for worker in deployment.workers.workers]
    assert any(LARGE_ACCESSION in log for log in logs)
    assert not [log for log in logs if "Traceback" in log]
    letters = large_genome.read_text()[-40:-1]
    assert not [log for log in logs if letters in log]
