"""The records of the Jobs stream, in the shape that Lambda gives them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from crackling_aws.genomes import GenomeStore
from crackling_aws.jobs import JobStore
from crackling_aws.models import GenomeState, Job, JobOptions, Part, Source, Status
from crackling_lambdas.handlers import reaper, scheduler
from fakes.dynamodb import FakeDynamoDB
from fakes.sqs import FakeSQS
from simulator.world import CONTEXT, ENVIRONMENT, KEYS, PATIENCE

ACCESSION = "GCF_000840245.1"


@pytest.fixture
def cloud():
    sent: list[tuple[str, str]] = []
    dynamodb = FakeDynamoDB(KEYS)
    sqs = FakeSQS(lambda url, body: sent.append((url, body)))
    jobs, genomes = JobStore(dynamodb, "jobs"), GenomeStore(dynamodb, "genomes")
    return SimpleNamespace(dynamodb=dynamodb, sqs=sqs, sent=sent, jobs=jobs, genomes=genomes, now=100.0)


def submit(cloud, job_id, genome=ACCESSION):
    cloud.jobs.create(
        Job(job_id, genome, JobOptions(), 200, created=cloud.now, updated=cloud.now, expires=9999)
    )


def stream(cloud, *records, environ=ENVIRONMENT):
    handler = scheduler.make_handler(environ, cloud, lambda: cloud.now)
    event = {
        "Records": [
            {
                "eventID": number,
                "eventName": name,
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": {"jobId": {"S": job_id}}, "SequenceNumber": number, "NewImage": {}},
            }
            for number, (name, job_id) in zip("123456789", records, strict=False)
        ]
    }
    return [failure["itemIdentifier"] for failure in handler(event, CONTEXT)["batchItemFailures"]]


def test_the_first_job_of_a_genome_begins_its_preparation_and_others_wait(cloud):
    for job_id in ("j1", "j2"):
        submit(cloud, job_id)
    assert stream(cloud, ("INSERT", "j1"), ("INSERT", "j2")) == []
    assert cloud.sent == [("download", f'{{"genome": "{ACCESSION}", "claim": "j1"}}')]
    found = cloud.genomes.get(ACCESSION)
    assert (found.state, found.source, found.parts) == (GenomeState.PREPARING, Source.ACCESSION, set(Part))
    assert list(cloud.genomes.waiters(ACCESSION)) == ["j1", "j2"]
    assert cloud.jobs.get("j2").status is Status.PREPARING


def test_without_bowtie2_that_part_is_not_asked_for(cloud):
    submit(cloud, "j1")
    stream(cloud, ("INSERT", "j1"), environ={**ENVIRONMENT, "BOWTIE2": "off"})
    assert cloud.genomes.get(ACCESSION).parts == {Part.FASTA, Part.ISSL}


def test_a_job_whose_genome_is_ready_is_scanned(cloud):
    cloud.genomes.claim("phage", "c", Source.UPLOAD, [Part.ISSL], 1)
    cloud.genomes.mark_ready("phage", "c", 2)
    submit(cloud, "j1", "phage")
    assert stream(cloud, ("INSERT", "j1")) == []
    assert cloud.sent == [("scan", '{"job_id": "j1"}')]
    assert cloud.jobs.get("j1").status is Status.SCANNING
    assert not list(cloud.genomes.waiters("phage"))


def test_only_new_jobs_count(cloud):
    submit(cloud, "j1")
    assert stream(cloud, ("MODIFY", "j1"), ("REMOVE", "j1"), ("INSERT", "gone")) == []
    assert cloud.sent == []


def test_a_record_that_fails_is_named(cloud, monkeypatch):
    for job_id in ("j1", "j2"):
        submit(cloud, job_id)
    monkeypatch.setattr(cloud.sqs, "send_message_batch", None)
    assert stream(cloud, ("MODIFY", "j2"), ("INSERT", "j1")) == ["2"]


def reap(cloud):
    reaper.make_handler(ENVIRONMENT, cloud, lambda: cloud.now)({}, CONTEXT)


def test_the_reaper_spares_what_moves_and_what_waits_for_what_moves(cloud):
    submit(cloud, "j1")
    stream(cloud, ("INSERT", "j1"))
    cloud.now += PATIENCE - 1
    reap(cloud)
    assert cloud.genomes.fasta_done(ACCESSION, "j1", 1, 1, cloud.now)
    cloud.now += PATIENCE - 1
    reap(cloud)
    assert cloud.jobs.get("j1").status is Status.PREPARING


def test_the_reaper_ends_what_stands_still(cloud):
    submit(cloud, "waits")
    stream(cloud, ("INSERT", "waits"))
    submit(cloud, "never-admitted", "phage")
    cloud.now += PATIENCE + 1
    reap(cloud)
    assert "stopped making progress" in cloud.genomes.get(ACCESSION).reason
    assert ACCESSION in cloud.jobs.get("waits").failure
    assert "while it was queued" in cloud.jobs.get("never-admitted").failure
    assert not list(cloud.genomes.waiters(ACCESSION))


def test_the_reaper_finishes_a_release(cloud):
    submit(cloud, "j1")
    stream(cloud, ("INSERT", "j1"))
    cloud.genomes.mark_ready(ACCESSION, "j1", cloud.now)
    reap(cloud)
    assert cloud.jobs.get("j1").status is Status.SCANNING
    assert cloud.sent[-1] == ("scan", '{"job_id": "j1"}')
