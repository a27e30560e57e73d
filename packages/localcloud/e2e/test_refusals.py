"""Test what the API rejects, how it reports that, and how it describes itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from openapi_spec_validator import validate

if TYPE_CHECKING:
    from delivery.api_client import ApiClient
    from web import Answer, Web

JOB = {"sequence": "ACGT", "genome": "GCF_000840245.1"}
NO_JOB = "/jobs/00000000000000000000000000000000"


def assert_problem(answer: Answer, status: int) -> None:
    """Check that the answer is a problem as RFC 9457 defines it."""
    assert (answer.status, answer.kind) == (status, "application/problem+json"), answer.body
    problem = answer.json
    assert problem["type"] == "about:blank"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", NO_JOB, 404),
        ("GET", f"{NO_JOB}/targets", 404),
        ("GET", f"{NO_JOB}/export", 404),
        ("GET", f"{NO_JOB}/query", 404),
        ("GET", f"{NO_JOB}/targets/1/offtargets", 404),
        ("GET", "/jobs/..%2f..", 404),
        ("GET", "/genomes/unknown", 404),
        ("GET", "/genomes/-not%20an%20id-", 422),
        ("DELETE", "/genomes/unknown", 404),
        ("POST", "/genomes/unknown/complete", 404),
        ("GET", f"{NO_JOB}/targets?limit=0", 422),
        ("GET", f"{NO_JOB}/targets?limit=many", 422),
        ("GET", f"{NO_JOB}/targets?cursor=0", 422),
        ("GET", f"{NO_JOB}/targets/0/offtargets", 422),
        ("GET", f"{NO_JOB}/targets/first/offtargets", 422),
        ("GET", f"{NO_JOB}/export?format=docx", 422),
        ("GET", "/nothing/here", 404),
        ("GET", "/", 404),
        ("PUT", "/jobs", 404),
        ("DELETE", NO_JOB, 404),
    ],
)
def test_a_request_without_an_answer_is_a_problem(web: Web, method: str, path: str, status: int) -> None:
    assert_problem(web.ask(method, f"/api{path}"), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 422),
        ("{", 400),
        ("\x00\xff", 400),
        ("null", 422),
        ("[]", 422),
        ("7", 422),
        ("{}", 422),
        (json.dumps({"sequence": "ACGT"}), 422),
        (json.dumps({**JOB, "genome": None}), 422),
        (json.dumps({**JOB, "genome": {"id": 1}}), 422),
        (json.dumps({**JOB, "genome": "../../etc/passwd"}), 422),
        (json.dumps({**JOB, "genome": "unknown"}), 404),
        (json.dumps({**JOB, "fasta": ">a\nACGT"}), 422),
        (json.dumps({**JOB, "sequence": ["ACGT"]}), 422),
        (json.dumps({**JOB, "sequence": ""}), 422),
        (json.dumps({**JOB, "sequence": "ACGT EFGH"}), 422),
        (json.dumps({**JOB, "sequence": "ACGT\u0000"}), 422),
        (json.dumps({**JOB, "sequence": "\ud800"}), 400),
        (json.dumps({**JOB, "options": {"consensus": 4}}), 422),
        (json.dumps({**JOB, "options": {"colour": "red"}}), 422),
        (json.dumps({**JOB, "priority": "high"}), 422),
        (json.dumps({"fasta": "ACGT\n>a\nACGT", "genome": "GCF_000840245.1"}), 422),
        ("[" * 100_000, 400),
    ],
)
def test_a_job_that_makes_no_sense_is_a_problem(web: Web, body: str, status: int) -> None:
    assert_problem(web.ask("POST", "/api/jobs", body), status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{}", 422),
        (json.dumps({"genome": ""}), 422),
        (json.dumps({"genome": "a" * 65}), 422),
        (json.dumps({"genome": "a/b"}), 422),
        (json.dumps({"genome": "mine", "name": "n" * 201}), 422),
        (json.dumps({"genome": "GCF_000840245.1"}), 422),
    ],
)
def test_a_genome_that_makes_no_sense_is_a_problem(web: Web, body: str, status: int) -> None:
    assert_problem(web.ask("POST", "/api/genomes", body), status)


def test_a_ready_genome_is_not_overwritten(web: Web, genome: str) -> None:
    assert_problem(web.ask("POST", "/api/genomes", json.dumps({"genome": genome})), 409)


def test_an_announced_genome_without_its_file_is_of_no_use(web: Web) -> None:
    assert web.ask("POST", "/api/genomes", json.dumps({"genome": "announced"})).status == 201
    assert_problem(web.ask("POST", "/api/genomes/announced/complete"), 409)
    assert_problem(web.ask("POST", "/api/jobs", json.dumps({**JOB, "genome": "announced"})), 422)


def test_a_body_must_be_json(web: Web) -> None:
    form = "sequence=ACGT&genome=lambda"
    assert_problem(web.ask("POST", "/api/jobs", form, media_type="application/x-www-form-urlencoded"), 415)


@pytest.mark.parametrize(
    "sequence", ["AT" * 500_000 + "A", "A" * 3_000_000], ids=["one base more", "three times as many"]
)
def test_more_than_a_million_bases_are_refused(web: Web, sequence: str) -> None:
    assert_problem(web.ask("POST", "/api/jobs", json.dumps({**JOB, "sequence": sequence})), 413)


@pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024 + 1])
def test_more_than_lambda_or_the_gateway_takes_is_refused(web: Web, size: int) -> None:
    answer = web.ask("POST", "/api/jobs", b" " * size)
    assert (answer.status, answer.json) == (413, {"message": "Request Too Long"})


def test_a_created_job_says_where_it_is(web: Web, genome: str) -> None:
    answer = web.ask("POST", "/api/jobs", json.dumps({"sequence": "ACGT" * 10, "genome": genome}))
    assert answer.status == 202
    assert answer.headers["location"] == answer.json["url"] == f"/api/jobs/{answer.json['jobId']}"
    assert web.get(answer.headers["location"]).json["jobId"] == answer.json["jobId"]


def test_the_api_describes_itself_in_openapi(web: Web) -> None:
    answer = web.get("/api/openapi.json")
    assert (answer.status, answer.kind) == (200, "application/json")
    validate(answer.json)
    assert answer.json["openapi"].startswith("3.1")
    assert {"/jobs", "/jobs/{job_id}/export", "/genomes/{genome}", "/health"} <= answer.json["paths"].keys()


def test_the_api_says_that_it_is_well(api: ApiClient) -> None:
    assert api.get("/health") == {"status": "ok"}
