"""Test that requests which attacks on the API sent are answered with a 4xx at once."""

from __future__ import annotations

import base64
import time
from typing import TYPE_CHECKING, Any

import pytest

from crackling_lambdas.api.problems import SHOWN_ERRORS

if TYPE_CHECKING:
    from api.conftest import Service

JOB = '{"sequence": "ACGT", "genome": "GCF_000840245.1"}'
AT_ONCE_SECONDS = 5  # generous: each takes less than one


def refusal(service: Service, body: str, **more: Any) -> tuple[int, str]:
    began = time.process_time()  # other processes do not count
    answer = service.ask("POST", "/jobs", body, **more)
    assert time.process_time() - began < AT_ONCE_SECONDS
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(answer.text) < 10_000
    return answer.status, answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"sequence": "\\ud800", "genome": "phage"}', "half of a surrogate pair"),
        ('{"fasta": ">\\udfff\\nACGT", "genome": "phage"}', "half of a surrogate pair"),
        ('{"\\ud800": 1}', "half of a surrogate pair"),
        ('{"options": {"consensus": ' + 5000 * "9" + "}}", "is not JSON"),
        ('{"options": {"consensus": NaN}}', "NaN is no number"),
        ('{"options": {"consensus": -Infinity}}', "-Infinity is no number"),
        ("{", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("{" + ",".join(f'"f{n}": 0' for n in range(200_000)) + "}", "200,000 fields"),
        ('{"options": {' + ",".join(f'"f{n}": 0' for n in range(200_000)) + "}}", "200,000 fields"),
    ],
)
def test_a_body_that_is_malformed_is_a_400(service: Service, body: str, says: str) -> None:
    status, detail = refusal(service, body)
    assert status == 400
    assert says in detail


@pytest.mark.parametrize("body", ["no base64!", base64.b64encode(b'{"sequence": "\xff"}').decode()])
def test_a_body_that_cannot_be_decoded_is_a_400(service: Service, body: str) -> None:
    assert refusal(service, body, isBase64Encoded=True)[0] == 400


def test_a_surrogate_of_a_pair_is_a_letter(service: Service) -> None:
    answer = service.ask("POST", "/genomes", '{"genome": "mine", "name": "\\ud83e\\uddec"}')
    assert answer.status == 201


def test_the_first_errors_are_told_and_the_others_are_counted(service: Service) -> None:
    guides = ",".join(["1"] * 50_000)
    status, detail = refusal(service, f'{{"guides": [{guides}], "genome": "phage"}}')
    assert status == 422
    # One more: neither is it a single text.
    assert detail.endswith(f"; and {50_001 - SHOWN_ERRORS:,} more")
    assert detail.count("Input should be") == SHOWN_ERRORS


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/genomes", '{"genome": "mine", "annotation": 0}'),
        ("/genomes", '{"genome": "mine", "annotation": "yes"}'),
        ("/jobs", '{"sequence": "ACGT", "genome": "GCF_000840245.1", "options": {"consensus": "2"}}'),
        ("/jobs", '{"sequence": "ACGT", "genome": "GCF_000840245.1", "options": {"consensus": true}}'),
    ],
)
def test_a_value_of_another_type_is_not_read_as_what_it_resembles(
    service: Service, path: str, body: str
) -> None:
    assert service.ask("POST", path, body).status == 422


def test_names_of_unknown_fields_are_cut(service: Service) -> None:
    status, detail = refusal(service, f'{{"{"x" * 1_000_000}": 1}}')
    assert status == 422
    assert "xxx…" in detail


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json ; version=1",
    ],
)
@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_json_is_taken_by_any_of_its_names(service: Service, name: str, content_type: str) -> None:
    answer = service.ask(
        "POST", "/jobs", JOB, headers={name: content_type}, multiValueHeaders={name: [content_type]}
    )
    assert answer.status == 202


@pytest.mark.parametrize(
    "content_type",
    [
        "application/jsonp",
        "application/json-seq",
        "application/json; charset=utf-16",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/json",
        ";",
        "json",
    ],
)
def test_another_type_is_a_415(service: Service, content_type: str) -> None:
    status, detail = refusal(service, JOB, headers={"content-type": content_type})
    assert (status, detail) == (415, "Send the body as application/json")


def test_a_request_without_a_body_has_no_type(service: Service) -> None:
    answer = service.ask("GET", "/health", headers={"content-type": "text/plain"})
    assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/genomes/search", {"q": "\ud800"}),
        ("/jobs/\ud800", None),
        ("/jobs/j1/targets", {"limit": "9" * 5000}),
        ("/jobs/j1/targets", {"cursor": "9" * 5000}),
        (f"/jobs/j1/targets/{'9' * 5000}/offtargets", None),
        (f"/jobs/j1/targets/{'9' * 50}/offtargets", None),
    ],
)
def test_an_address_that_names_nothing_possible_is_refused(
    service: Service, path: str, query: dict[str, str] | None
) -> None:
    assert service.ask("GET", path, query=query).status in {400, 422}


def test_the_description_says_where_the_service_is(service: Service) -> None:
    described = service.ask("GET", "/openapi.json").json
    assert described["servers"] == [{"url": "/api"}]


def test_the_description_has_what_the_gateway_answers_and_no_body_where_none_is(service: Service) -> None:
    for path, operations in service.ask("GET", "/openapi.json").json["paths"].items():
        for method, operation in operations.items():
            assert "429" in operation["responses"], (method, path)
            for status in {"204", "303"} & operation["responses"].keys():
                assert "content" not in operation["responses"][status], (method, path)
