"""Test the scheduler on records of both streams, in the form that Lambda delivers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.models.genomes import GenomeState, Part, Source, Venue
from crackling_aws.models.jobs import Job, JobOptions, Status
from crackling_lambdas.handlers import scheduler
from fakes.errors import client_error
from fakes.known import known
from simulator.world import CONTEXT, ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from conftest import Cloud, Telemetry

ACCESSION = "GCF_000840245.1"


def submit(cloud: Cloud, job_id: str, genome_id: str = ACCESSION, owner: str | None = None) -> None:
    now, options = cloud.now, JobOptions()
    cloud.jobs.create(
        Job(job_id, genome_id, options, 200, created=now, updated=now, expires=9999, owner=owner)
    )


def stream(
    cloud: Cloud, *records: tuple[str, dict[str, dict[str, str]]], environ: Mapping[str, str] = ENVIRONMENT
) -> list[str]:
    handler = scheduler.make_handler(environ, cloud, lambda: cloud.now, cloud.ncbi, cloud.fleet)
    event = {
        "Records": [
            {
                "eventID": number,
                "eventName": name,
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": keys, "SequenceNumber": number, "NewImage": {}},
            }
            for number, (name, keys) in zip("123456789", records, strict=False)
        ]
    }
    return [failure["itemIdentifier"] for failure in handler(event, CONTEXT)["batchItemFailures"]]


def job(job_id: str, name: str = "INSERT") -> tuple[str, dict[str, dict[str, str]]]:
    return name, {"jobId": {"S": job_id}}


def genome(name: str = ACCESSION, item: str = "genome") -> tuple[str, dict[str, dict[str, str]]]:
    return "MODIFY", {"genomeId": {"S": name}, "item": {"S": item}}


def test_the_first_job_of_a_genome_claims_it_and_others_wait(cloud: Cloud) -> None:
    for job_id in ("j1", "j2"):
        submit(cloud, job_id)
    assert stream(cloud, job("j1"), job("j2")) == []
    assert cloud.sent == []
    found = known(cloud.genomes.get(ACCESSION))
    assert (found.state, found.source, found.parts) == (
        GenomeState.PREPARING,
        Source.ACCESSION,
        frozenset([Part.FASTA, Part.ISSL]),
    )
    assert found.claim
    assert found.venue is None
    assert list(cloud.genomes.waiters(ACCESSION)) == ["j1", "j2"]
    assert known(cloud.jobs.get("j2")).status is Status.PREPARING


def test_a_job_whose_genome_is_ready_is_scanned(cloud: Cloud) -> None:
    cloud.genomes.claim("phage", "c", Source.UPLOAD, [Part.ISSL], 1)
    cloud.genomes.mark_ready("phage", "c", 2)
    submit(cloud, "j1", "phage")
    assert stream(cloud, job("j1")) == []
    assert cloud.sent == [("scan", '{"job_id": "j1"}')]
    assert known(cloud.jobs.get("j1")).status is Status.SCANNING
    assert not list(cloud.genomes.waiters("phage"))


def test_no_job_is_pinned_to_a_genome_that_is_closed_to_its_owner(cloud: Cloud) -> None:
    """The genome that a job named was deleted before it began, and another user has uploaded one of that name."""
    cloud.genomes.expect_upload("phage", None, 1, expires=9, owner="bob")
    cloud.genomes.claim("phage", "c", Source.UPLOAD, [Part.ISSL], 1)
    cloud.genomes.mark_ready("phage", "c", 2)
    for job_id, owner in (("j1", "ada"), ("j2", None), ("j3", "bob")):
        submit(cloud, job_id, "phage", owner)
        assert stream(cloud, job(job_id)) == []
    assert cloud.sent == [("scan", '{"job_id": "j3"}')]
    for job_id in ("j1", "j2"):
        found = known(cloud.jobs.get(job_id))
        assert (found.status, found.claim) == (Status.FAILED, None)
        assert "was deleted before the job began with it" in (found.failure or "")
    assert not list(cloud.genomes.waiters("phage"))
    cloud.genomes.share("phage", "bob", shared=True)
    submit(cloud, "j4", "phage", "ada")
    stream(cloud, job("j4"))
    assert known(cloud.jobs.get("j4")).claim == "c"


def test_only_new_jobs_count(cloud: Cloud) -> None:
    submit(cloud, "j1")
    assert stream(cloud, job("j1", "MODIFY"), job("j1", "REMOVE"), job("gone")) == []
    assert cloud.sent == []


def test_a_record_that_fails_is_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    for job_id in ("j1", "j2"):
        submit(cloud, job_id)
    monkeypatch.setattr(cloud.dynamodb, "put_item", None)
    assert stream(cloud, job("j2", "MODIFY"), job("j1")) == ["2"]


def test_a_record_that_fails_is_logged_with_its_reason_and_counted(
    cloud: Cloud, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(**_request: object) -> None:
        raise client_error("ThrottlingException", "PutItem")

    submit(cloud, "j1")
    monkeypatch.setattr(cloud.dynamodb, "put_item", throttled)
    assert stream(cloud, job("j1")) == ["1"]
    [line] = telemetry.lines
    assert (line.levelname, line.keys) == ("ERROR", {"jobId": {"S": "j1"}})
    assert "ThrottlingException" in str(line.exc_info[1])
    assert telemetry.counted == ["FailedAttempts"]


def test_a_claimed_genome_begins_and_its_waiters_do_not(cloud: Cloud) -> None:
    submit(cloud, "j1")
    stream(cloud, job("j1"))
    assert stream(cloud, genome(item="waiter#j1")) == []
    assert known(cloud.genomes.get(ACCESSION)).venue is None
    assert stream(cloud, genome(), genome(), genome("gone")) == []
    found = known(cloud.genomes.get(ACCESSION))
    message = ("download", f'{{"genome_id": "{ACCESSION}", "claim": "{found.claim}"}}')
    assert cloud.sent == [message, message]  # the second record may be a repetition of the first
    assert (found.venue, found.organism, found.expected_bases) == (Venue.LAMBDA, "Lambdavirus lambda", 48)
