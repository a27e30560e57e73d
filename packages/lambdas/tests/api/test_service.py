from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from openapi_spec_validator import validate

from crackling.about import INDEX_FORMAT, MODEL, VERSION
from crackling_lambdas.api.job_views import JobView

if TYPE_CHECKING:
    from api.conftest import Service

ROUTES = {
    "/jobs": {"get", "post"},
    "/jobs/{job_id}": {"get", "patch", "delete"},
    "/jobs/{job_id}/email": {"delete"},
    "/jobs/{job_id}/query": {"get"},
    "/jobs/{job_id}/targets": {"get"},
    "/jobs/{job_id}/export": {"get"},
    "/jobs/{job_id}/targets/{number}/offtargets": {"get"},
    "/genomes": {"get", "post"},
    "/genomes/search": {"get"},
    "/genomes/{genome}": {"get", "patch", "delete"},
    "/genomes/{genome}/complete": {"post"},
    "/genomes/{genome}/bowtie2": {"post"},
    "/genomes/{genome}/files": {"get"},
    "/about": {"get"},
    "/health": {"get"},
}
# Powertools always adds these; problems take their place.
UNUSED = {"HTTPValidationError", "ValidationError"}
MANUAL = Path(__file__).parents[4] / "docs" / "api.md"


def test_the_service_says_that_it_is_there(service: Service) -> None:
    answer = service.ask("GET", "/health")
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_the_service_says_what_it_is(service: Service) -> None:
    about = service.ask("GET", "/about").json
    assert about["versions"] == {"package": VERSION, "indexFormat": INDEX_FORMAT, "model": MODEL}
    assert about["limits"] == {"bases": 1_000_000, "guides": 50_000, "letters": 2_000_000}
    assert {method["name"] for method in about["methods"]} >= {"CHOPCHOP", "mm10db", "MIT", "CFD"}
    assert all(method["citation"] for method in about["methods"])


def test_the_description_is_valid_openapi_and_complete(service: Service) -> None:
    answer = service.ask("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    validate(answer.json)
    assert {path: set(operations) for path, operations in answer.json["paths"].items()} == ROUTES


def test_every_refusal_is_described_as_a_problem(service: Service) -> None:
    for path, operations in service.ask("GET", "/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_every_success_is_described(service: Service) -> None:
    for path, operations in service.ask("GET", "/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            successes = {
                int(status): response
                for status, response in operation["responses"].items()
                if int(status) < 300
            }
            assert len(successes) == 1, (method, path)
            ((status, response),) = successes.items()
            assert "content" in response or status == 204, (method, path)


def test_the_manual_describes_the_routes_that_there_are() -> None:
    named = re.findall(r"^### `([A-Z]+) (/\S*)`$", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE)
    there_are = {(method.upper(), path) for path, methods in ROUTES.items() for method in methods}
    assert sorted(named) == sorted({*there_are, ("GET", "/openapi.json")})


def test_the_manual_names_every_field(service: Service) -> None:
    schemas = service.ask("GET", "/openapi.json").json["components"]["schemas"]
    text = MANUAL.read_text(encoding="utf-8")
    missing = {
        field
        for name, schema in schemas.items()
        if name not in UNUSED
        for field in schema.get("properties", {})
        if f"`{field}`" not in text
    }
    assert not missing


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/nothing"), ("GET", "/"), ("PUT", "/jobs/j1"), ("POST", "/about")]
)
def test_what_there_is_not_is_a_problem(service: Service, method: str, path: str) -> None:
    answer = service.ask(method, path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert f"{method} {path}" in answer.json["detail"]


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("text/plain", "ACGT"),
        ("application/x-www-form-urlencoded", "sequence=ACGT&genome=phage"),
        (
            "multipart/form-data; boundary=b",
            (
                '--b\r\nContent-Disposition: form-data; name="sequence"\r\n\r\nACGT\r\n'
                '--b\r\nContent-Disposition: form-data; name="genome"\r\n\r\nGCF_000840245.1\r\n--b--\r\n'
            ),
        ),
    ],
)
def test_another_media_type_is_refused(service: Service, media_type: str, body: Any) -> None:
    answer = service.ask("POST", "/jobs", body, headers={"content-type": media_type})
    assert (answer.status, answer.json["detail"]) == (415, "Send the body as application/json")


def test_a_body_that_no_parser_gets_to_the_end_of_is_malformed(service: Service) -> None:
    answer = service.ask("POST", "/jobs", "[" * 100_000)
    assert (answer.status, answer.json["detail"]) == (400, "body: nested too deeply")


def test_a_failure_of_aws_is_a_500_that_tells_nothing(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": "secret-table"}}, "GetItem")

    monkeypatch.setattr(service.clients.dynamodb, "get_item", broken)
    answer = service.ask("GET", "/jobs/j1")
    assert (answer.status, answer.json["status"]) == (500, 500)
    assert "secret-table" not in answer.text


def test_an_answer_that_does_not_fit_its_view_is_our_failure(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JobView, "of", lambda *_: {"jobId": 5})
    job_id = service.submit("ACGT")
    answer = service.ask("GET", f"/jobs/{job_id}")
    assert (answer.status, answer.json["title"]) == (500, "Internal Server Error")
