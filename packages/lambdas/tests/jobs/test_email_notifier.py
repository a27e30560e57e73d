"""Test the email about finished jobs, sent from the records of the Jobs table's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crackling_aws.email import EmailTopic
from crackling_aws.models.genomes import Part, Source, Venue
from crackling_aws.models.jobs import Job, JobOptions
from crackling_lambdas.handlers import notifier
from fakes.known import known
from fakes.sns import Email
from simulator.world import CONTEXT, ENVIRONMENT

if TYPE_CHECKING:
    from conftest import Cloud, Telemetry

ADDRESS = "someone@example.org"
ACCESSION = "GCF_000840245.1"
EXPIRES = 1_802_592_000  # 14 February 2027


@pytest.fixture
def recipient(cloud: Cloud) -> str:
    topic = EmailTopic(cloud, ENVIRONMENT["MAIL_TOPIC"])
    topic.subscribe(ADDRESS)
    cloud.sns.confirm(ADDRESS)
    return topic.recipient(ADDRESS)


def submit(
    cloud: Cloud, job_id: str, recipient: str | None, genome_id: str = ACCESSION, region: str | None = None
) -> None:
    cloud.jobs.create(
        Job(
            job_id,
            genome_id,
            JobOptions(),
            200,
            created=1,
            updated=1,
            expires=EXPIRES,
            recipient=recipient,
            region=region,
        )
    )


def stream(cloud: Cloud, *job_ids: object) -> list[str]:
    handler = notifier.make_handler(ENVIRONMENT, cloud, lambda: cloud.now)
    event = {
        "Records": [
            {
                "eventID": number,
                "eventName": "MODIFY",
                "eventSource": "aws:dynamodb",
                "dynamodb": {"Keys": {"jobId": {"S": job_id}}, "SequenceNumber": number, "NewImage": {}},
            }
            for number, job_id in zip("123456789", job_ids, strict=False)
        ]
    }
    return [failure["itemIdentifier"] for failure in handler(event, CONTEXT)["batchItemFailures"]]


def test_a_complete_job_is_told_once_with_its_link(cloud: Cloud, recipient: str) -> None:
    cloud.genomes.claim(ACCESSION, "c", Source.ACCESSION, [Part.FASTA], 1)
    cloud.genomes.begun(ACCESSION, "c", Venue.LAMBDA, 48_502, 60, "Lambdavirus lambda", 1)
    submit(cloud, "j1", recipient)
    cloud.jobs.set_guides("j1", 0, 2)
    assert stream(cloud, "j1", "j1") == []
    assert stream(cloud, "j1") == []
    text = (
        f"The job is complete: 0 guides scored against the genome Lambdavirus lambda ({ACCESSION}).\n\n"
        "https://page.example/#/jobs/j1\n\nIts query and results are deleted on 14 February 2027.\n"
    )
    assert cloud.emails == [Email(ADDRESS, f"0 guides scored: {ACCESSION}", text)]
    assert known(cloud.jobs.get("j1")).notified == cloud.now


def test_a_failed_job_is_told_with_its_reason_in_one_short_line(cloud: Cloud, recipient: str) -> None:
    submit(cloud, "j1", recipient, "mine")
    cloud.jobs.fail("j1", f"The genome mine\ncould not be prepared: {'because ' * 100}", 2)
    stream(cloud, "j1")
    [email] = cloud.emails
    assert email.subject == "Your job failed: mine"
    assert (
        "The job against the genome mine failed.\n\nWhy: The genome mine could not be prepared: because"
        in email.text
    )
    assert "https://page.example/#/jobs/j1\n" in email.text
    assert len(email.text) < 800


def test_an_email_does_not_name_the_gene_that_was_asked_for(cloud: Cloud, recipient: str) -> None:
    submit(cloud, "j1", recipient, "mine", region="secA")
    cloud.jobs.fail("j1", "The genome mine has no gene secA", 2)
    stream(cloud, "j1")
    [email] = cloud.emails
    assert "The job against the genome mine failed.\n\nhttps://page.example/#/jobs/j1\n" in email.text
    assert "secA" not in email.text


def test_a_subject_fits_whatever_the_genome_is_called(cloud: Cloud, recipient: str) -> None:
    submit(cloud, "j1", recipient, "g" * 64)
    cloud.jobs.fail("j1", "why", 2)
    assert stream(cloud, "j1") == []
    assert cloud.emails


def test_a_job_that_runs_on_is_not_told(cloud: Cloud, recipient: str) -> None:
    submit(cloud, "j1", recipient)
    cloud.jobs.set_guides("j1", 5, 2)
    assert stream(cloud, "j1", "gone") == []
    assert cloud.emails == []
    assert not known(cloud.jobs.get("j1")).notified


def test_a_job_of_somebody_who_did_not_ask_is_not_told(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(cloud, "j1", None)
    cloud.jobs.fail("j1", "why", 2)
    monkeypatch.setattr(cloud.sns, "publish", None)
    assert stream(cloud, "j1") == []
    assert not known(cloud.jobs.get("j1")).notified


def test_an_email_that_fails_comes_again_and_keeps_no_other(
    cloud: Cloud, recipient: str, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job_id in ("j1", "j2"):
        submit(cloud, job_id, recipient)
        cloud.jobs.fail(job_id, "why", 2)
    publish = cloud.sns.publish

    def broken(**request: Any) -> Any:
        if "j1" in request["Message"]:
            raise ConnectionError
        return publish(**request)

    monkeypatch.setattr(cloud.sns, "publish", broken)
    assert stream(cloud, "j1", "j2") == ["1"]
    assert [line.keys for line in telemetry.lines] == [{"jobId": {"S": "j1"}}]
    assert telemetry.counted == ["FailedAttempts"]
    assert [job_id for job_id in ("j1", "j2") if known(cloud.jobs.get(job_id)).notified] == ["j2"]
    monkeypatch.undo()
    assert stream(cloud, "j1", "j2") == []
    assert len(cloud.emails) == 2
