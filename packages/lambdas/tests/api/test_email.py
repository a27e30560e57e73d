"""Test how POST /jobs takes the address to email when the job is finished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ReadTimeoutError

from crackling_aws.email import EmailTopic
from crackling_lambdas.handlers import notifier
from fakes.errors import client_error
from fakes.known import known
from simulator.world import CONTEXT, ENVIRONMENT

if TYPE_CHECKING:
    from api.conftest import Answer, Service
    from conftest import Telemetry

ADDRESS = "someone@example.org"


def submit(service: Service, email: str | None = ADDRESS, **more: object) -> Answer:
    service.make_ready()
    return service.ask("POST", "/jobs", {"sequence": "ACGT", "genome": "phage", "email": email, **more})


def stored(service: Service) -> tuple[Any, Any]:
    """Return what a submission has stored, except the genome."""
    return service.clients.dynamodb.tables["jobs"], [
        key for key in service.clients.s3.objects if key[0] == "data"
    ]


def test_an_address_is_pending_until_its_owner_confirms(service: Service) -> None:
    assert submit(service).json["mail"] == "pending"
    assert submit(service).json["mail"] == "pending"
    service.clients.sns.confirm(ADDRESS)
    answer = submit(service)
    assert (answer.status, answer.json["mail"]) == (202, "confirmed")


def test_the_job_knows_its_recipient_and_no_address(service: Service) -> None:
    job_id = submit(service, " SomeOne@Example.org ").json["jobId"]
    name = EmailTopic(service.clients, ENVIRONMENT["MAIL_TOPIC"]).recipient(ADDRESS)
    assert known(service.jobs.get(job_id)).recipient == name
    assert "example.org" not in str(stored(service)).lower()
    assert name not in service.ask("GET", f"/jobs/{job_id}").text


def test_a_job_without_an_address_tells_nobody(service: Service) -> None:
    answer = submit(service, None)
    assert answer.json["mail"] is None
    assert known(service.jobs.get(answer.json["jobId"])).recipient is None


@pytest.mark.parametrize(
    "email",
    ["", "someone", "@example.org", "someone@example.com", "someone@example.org.evil.net", "a@b@example.org",
     "a b@example.org", "a\nb@example.org", f"{'a' * 65}@example.org", "someone@sub.example.org"],
)  # fmt: skip
def test_another_address_is_refused_with_the_domains(service: Service, email: str | None) -> None:
    answer = submit(service, email)
    assert answer.status == 422
    assert "example.org or lab.example.org" in answer.json["detail"]
    assert not any(stored(service))


def test_where_no_email_is_sent_an_address_is_refused(service_without_email: Service) -> None:
    answer = submit(service_without_email)
    assert (answer.status, "sends no email" in answer.json["detail"]) == (422, True)
    assert not any(stored(service_without_email))
    assert submit(service_without_email, None).status == 202


def test_what_the_deployment_emails_is_told(service: Service, service_without_email: Service) -> None:
    assert service.ask("GET", "/about").json["mailDomains"] == ["example.org", "lab.example.org"]
    assert service_without_email.ask("GET", "/about").json["mailDomains"] == []


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (client_error("Throttled", "Subscribe"), 502, "no job was started"),
        (ReadTimeoutError(endpoint_url="https://sns.example"), 502, "no job was started"),
        (client_error("FilterPolicyLimitExceeded", "Subscribe"), 409, "AWS accepts no more email addresses"),
        (client_error("SubscriptionLimitExceeded", "Subscribe"), 409, "AWS accepts no more email addresses"),
        (client_error("InvalidParameter", "Subscribe"), 422, "AWS rejects this address"),
    ],
)
def test_an_error_of_sns_is_logged_and_starts_no_job(
    service: Service,
    telemetry: Telemetry,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    says: str,
) -> None:
    def broken(**_: object) -> None:
        raise error

    monkeypatch.setattr(service.clients.sns, "subscribe", broken)
    answer = submit(service)
    assert (answer.status, says in answer.json["detail"]) == (status, True)
    assert not any(stored(service))
    assert telemetry.lines[0].getMessage().startswith("SNS rejected a subscription: ")
    assert ADDRESS not in telemetry.text
    assert telemetry.counted == (
        ["HandledFailures", "UpstreamFailures"] if status == 502 else ["HandledFailures"]
    )


def test_nobody_is_asked_to_confirm_for_a_job_that_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.clients.sns, "subscribe", None)
    assert submit(service, sequence="ACG!").status == 422
    assert submit(service, genome="unheard-of").status == 404


# --- withdrawing an address ---


def test_an_address_is_withdrawn_before_the_job_is_finished(service: Service) -> None:
    job_id, other = (submit(service).json["jobId"] for _ in range(2))
    assert service.ask("GET", f"/jobs/{job_id}").json["mailDue"] is True
    before = service.clients.dynamodb.tables["jobs"][job_id,]
    for _repetition in range(2):
        assert service.ask("DELETE", f"/jobs/{job_id}/email").status == 204
    after = service.clients.dynamodb.tables["jobs"][job_id,]
    assert after == {name: value for name, value in before.items() if name != "recipient"}
    assert service.ask("GET", f"/jobs/{job_id}").json["mailDue"] is False
    assert service.ask("GET", f"/jobs/{other}").json["mailDue"] is True


def test_nothing_is_sent_of_a_job_whose_address_was_withdrawn(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(service.clients.sns, "publish", lambda **request: sent.append(request["Message"]))
    withdrawn, kept = (submit(service).json["jobId"] for _ in range(2))
    assert service.ask("DELETE", f"/jobs/{withdrawn}/email").status == 204
    told = notifier.make_handler(ENVIRONMENT, service.clients)
    for job_id in (withdrawn, kept):
        assert service.jobs.fail(job_id, "why", 2)
        record = {"Keys": {"jobId": {"S": job_id}}, "SequenceNumber": "1", "NewImage": {}}
        source = {"eventID": "1", "eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": record}
        assert told({"Records": [source]}, CONTEXT)["batchItemFailures"] == []
    assert [text.partition("#/jobs/")[2].split()[0] for text in sent] == [kept]


def test_only_the_address_of_a_job_that_is_there_is_withdrawn(service: Service) -> None:
    assert service.ask("DELETE", "/jobs/nothing/email").status == 404
    job_id = submit(service).json["jobId"]
    assert service.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert service.ask("DELETE", f"/jobs/{job_id}/email").status == 410


def test_a_job_without_an_address_has_none_to_withdraw(service: Service) -> None:
    job_id = submit(service, None).json["jobId"]
    assert service.ask("GET", f"/jobs/{job_id}").json["mailDue"] is False
    assert service.ask("DELETE", f"/jobs/{job_id}/email").status == 204
