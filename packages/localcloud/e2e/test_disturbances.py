"""Test that broken messages and stuck jobs end visibly and harm nothing else."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from crackling_aws.codec import encode, to_item
from crackling_aws.models.genomes import Genome, GenomeState, Part, Source, Venue
from crackling_aws.stores import keys
from crackling_aws.stores.genome_items import GENOME_ITEM
from crackling_aws.stores.genomes import GenomeStore
from local_stage import SAMPLE
from plumbing import STACK, Queues, wait_until

if TYPE_CHECKING:
    from delivery.api_client import ApiClient
    from expected import Expected
    from localcloud.cloud import LocalCloud

QUERY = (SAMPLE / "cI.fa").read_text()
POISON = "no message of ours"


@pytest.fixture(scope="module")
def queues(cloud: LocalCloud) -> Queues:
    return Queues.of(cloud)


@pytest.fixture
def store(cloud: LocalCloud) -> GenomeStore:
    return GenomeStore(cloud.client("dynamodb"), cloud.outputs(STACK)["GenomesTable"])


def assert_sample_is_designed(api: ApiClient, genome: str, expected: Expected) -> None:
    job = api.submit(fasta=QUERY, genome=genome)
    api.wait_for_job(job)
    assert api.export(job, "csv") == expected.file(QUERY, "csv")


def test_a_poisonous_message_ends_in_its_dead_letter_queue(
    cloud: LocalCloud, api: ApiClient, queues: Queues, genome: str, expected: Expected
) -> None:
    assert len(queues.dead_letters) == 7
    for url in queues.dead_letters:
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody=POISON)
    assert_sample_is_designed(api, genome, expected)
    for url, dead_letters in queues.dead_letters.items():
        wait_until(lambda at=dead_letters: queues.count(at) > 0, f"a dead letter of {url}")  # type: ignore[misc]
    assert [queues.count(url) for url in queues.dead_letters] == [0] * len(queues.dead_letters)
    assert [queues.take(url) for url in queues.dead_letters.values()] == [[POISON]] * len(queues.dead_letters)


def test_a_poisonous_record_of_the_stream_is_reported_and_passed_by(
    cloud: LocalCloud, api: ApiClient, queues: Queues, genome: str, expected: Expected
) -> None:
    failures = queues.named("SchedulerFailures")
    place = {"TableName": cloud.outputs(STACK)["JobsTable"]}
    key = {"jobId": {"S": "not a job"}}
    cloud.client("dynamodb").put_item(**place, Item=key)
    assert_sample_is_designed(api, genome, expected)
    wait_until(lambda: queues.count(failures) > 0, "the report of a record that was given up")
    cloud.client("dynamodb").delete_item(**place, Key=key)
    [report] = map(json.loads, queues.take(failures))
    assert report["requestContext"]["condition"] == "RetryAttemptsExhausted"


def fire_reaper(cloud: LocalCloud) -> None:
    rules = [
        rule["Name"] for rule in cloud.client("events").list_rules()["Rules"] if "ScheduleExpression" in rule
    ]
    [reaper] = [rule for rule in rules if "Reaper" in rule]
    cloud.fire(reaper)


def waiting_job(cloud: LocalCloud, api: ApiClient, genome: str) -> str:
    """Submit a job that waits for a genome whose preparation is under way."""

    def admissions() -> int:
        return sum("Scheduler" in one.function for one in cloud.invocations())

    before = admissions()
    job = api.submit(fasta=QUERY, genome=genome)
    wait_until(lambda: admissions() > before, "the scheduler is done with the job")
    assert api.get(f"/jobs/{job}")["status"] == "preparing"
    return job


def prepare(cloud: LocalCloud, genome: str) -> None:
    """Store a preparation that nobody works on; it has begun, so that the stream invokes nothing."""
    preparing = Genome(
        genome_id=genome, state=GenomeState.PREPARING, source=Source.UPLOAD, claim="token",
        parts=frozenset([Part.ISSL]), venue=Venue.LAMBDA, created=time.time(), updated=time.time(),
    )  # fmt: skip
    item = to_item(preparing) | {"item": encode(GENOME_ITEM)}
    cloud.client("dynamodb").put_item(TableName=cloud.outputs(STACK)["GenomesTable"], Item=item)


def make_old(cloud: LocalCloud, output: str, **key: str) -> None:
    """Set the time of an item's last update to long ago."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs(STACK)[output],
        Key={name: {"S": value} for name, value in key.items()},
        UpdateExpression="SET updated = :then",
        ExpressionAttributeValues={":then": {"N": "1"}},
    )


def test_a_preparation_that_stands_still_fails_with_its_jobs(cloud: LocalCloud, api: ApiClient) -> None:
    prepare(cloud, "stuck")
    job = waiting_job(cloud, api, "stuck")
    fire_reaper(cloud)
    assert api.get(f"/jobs/{job}")["status"] == "preparing"
    make_old(cloud, "GenomesTable", genomeId="stuck", item="genome")
    fire_reaper(cloud)
    reason = "Its preparation stopped making progress. The next job that names it tries again."
    wait_until(lambda: api.get(f"/jobs/{job}")["status"] == "failed", "the waiting job fails")
    assert api.get("/genomes/stuck")["reason"] == reason
    assert api.get(f"/jobs/{job}")["reason"] == f"The genome stuck could not be prepared: {reason}"


def test_a_job_whose_genome_was_deleted_is_told(
    cloud: LocalCloud, api: ApiClient, store: GenomeStore
) -> None:
    """The genome that it waits for was deleted by hand."""
    prepare(cloud, "lost")
    job = waiting_job(cloud, api, "lost")
    store.mark_failed("lost", "token", "lost", time.time())
    store.delete("lost")
    fire_reaper(cloud)
    wait_until(lambda: api.get(f"/jobs/{job}")["status"] == "failed", "the job fails")
    assert api.get(f"/jobs/{job}")["reason"].startswith("The genome lost was deleted before the job began")


def test_jobs_whose_release_was_interrupted_are_released(
    cloud: LocalCloud, api: ApiClient, store: GenomeStore, genome: str, expected: Expected
) -> None:
    """The last builder died after it had marked the genome ready."""
    ready = store.get(genome)
    assert ready is not None
    assert ready.claim is not None
    assert [file.key for file in ready.files] == [keys.index(genome, ready.claim)]
    prepare(cloud, "late")
    job = waiting_job(cloud, api, "late")
    store.issl_done("late", "token", ready.files, time.time())
    store.mark_ready("late", "token", time.time())
    fire_reaper(cloud)
    api.wait_for_job(job)
    assert api.export(job, "csv") == expected.file(QUERY, "csv")
