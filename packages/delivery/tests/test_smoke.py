"""The smoke test and its client against a small stage that runs here, and that fails as AWS may."""

from __future__ import annotations

import json
import threading
from collections import Counter
from contextlib import nullcontext
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from delivery.api_client import ApiClient, ApiError, fetch
from delivery.cli import main
from delivery.program import DeliveryError
from delivery.retrying import LONGEST_PAUSE, PAUSES
from delivery.services import Services
from delivery.stacks import smoke_test
from fakes.client import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

CSV = "id,guide\n1,ACGT\n"


class Stage:
    """A stage's page, API and bucket at one address. `failures` are (status, headers) that come first at a path."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.bucket = f"{self.url}/bucket"
        self.failures: dict[str, list[tuple[int, dict[str, str]]]] = {}
        self.seen: Counter[str] = Counter()
        self.genomes: dict[str, str] = {}
        self.exported = b"PK\x03\x04"
        self.token: str | None = None
        self.guarded = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(
        self, method: str, path: str, body: bytes, token: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        self.seen[f"{method} {path}"] += 1
        if self.token and self.guarded and path.startswith("/api/") and token != f"Bearer {self.token}":
            return 401, {}, b"Unauthorized"
        if self.failures.get(path):
            return (*self.failures[path].pop(0), b"busy")
        status, headers, content = 200, {}, b""
        match method, path.partition("?")[0].split("/")[1:]:
            case "GET", [""]:
                content = b"<html>"
            case "GET", ["config.json"]:
                sign_in = {"signIn": {"clientId": "page"}} if self.token else {}
                content = json.dumps({"api": "/api", "stage": "test", **sign_in}).encode()
            case "POST", ["api", "jobs"]:
                content = json.dumps({"jobId": "j"}).encode()
            case "GET", ["api", "jobs", "j"]:
                content = json.dumps({"status": "complete"}).encode()
            case "GET", ["api", "jobs", "j", "export"] if path.endswith("csv"):
                content = CSV.encode()
            case "GET", ["api", "jobs", "j", "export"]:
                status, headers = 303, {"Location": f"{self.bucket}/export.xlsx?X-Amz-Signature=1"}
            case "DELETE", ["api", "jobs", "j"]:
                status = 204
            case "GET", ["api", "genomes"]:
                content = b'{"genomes": [], "next": null}'
            case "POST", ["api", "genomes"]:
                name = json.loads(body)["genome"]
                self.genomes[name] = "uploading"
                form = {"url": self.bucket, "fields": {"key": name}}
                content = json.dumps({"upload": form, "annotationUpload": None}).encode()
            case "POST", ["bucket"]:
                status = 204
                (name,) = [name for name in self.genomes if name.encode() in body]
                self.genomes[name] = "uploaded"
            case "GET", ["bucket", "export.xlsx"]:
                content = self.exported
            case "POST", ["api", "genomes", name, "complete"] if self.genomes[name] == "uploaded":
                content = b"{}"
            case "GET", ["api", "genomes", _]:
                content = json.dumps({"state": "ready"}).encode()
            case "DELETE", ["api", "genomes", name]:
                status = 204
                del self.genomes[name]
            case _:
                status = 404
        return status, headers, content


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            token = self.headers.get("authorization")
            status, headers, content = stage.answer(self.command, self.path, body, token)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _any  # noqa: N815

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Log nothing."""

    return Handler


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(smoke_test, "expected", lambda: smoke_test.rows(CSV))
    stage = Stage()
    yield stage
    stage.close()


pytestmark = pytest.mark.enable_socket


def test_a_genome_goes_through_a_form_and_a_file_comes_from_its_address(stage: Stage) -> None:
    smoke_test.check_stage(stage.url, FakeClock())
    assert stage.seen["POST /bucket"] == 1
    assert stage.seen["GET /bucket/export.xlsx?X-Amz-Signature=1"] == 1
    assert stage.genomes == {}, "the uploaded genome is deleted again"
    assert stage.seen["DELETE /api/jobs/j"] == 1
    assert stage.seen["GET /api/genomes?limit=200"] == 0


def test_where_people_sign_in_it_does_so_too(stage: Stage) -> None:
    stage.token = "t"
    smoke_test.check_stage(stage.url, FakeClock(), lambda: nullcontext("t"))
    assert (stage.seen["POST /api/jobs"], stage.seen["POST /bucket"]) == (1, 1)
    assert stage.genomes == {}


def test_a_stage_that_should_be_closed_and_answers_is_told(stage: Stage) -> None:
    stage.token, stage.guarded = "t", False
    with pytest.raises(DeliveryError, match="answers those who are not signed in"):
        smoke_test.check_stage(stage.url, FakeClock(), lambda: nullcontext("t"))


def test_without_a_token_it_says_how_to_get_one(stage: Stage) -> None:
    stage.token = "t"
    with pytest.raises(DeliveryError, match=r"people sign in at .*/; give --stage, or .* as CRACKLING_TOKEN"):
        smoke_test.check_stage(stage.url, FakeClock())
    assert stage.seen["POST /api/jobs"] == 0


def test_the_token_for_an_address_is_in_the_environment(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.token = "t"
    command = ["smoke", "--url", stage.url]
    assert main(command, Services(clock=FakeClock())) == 1
    assert "CRACKLING_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("CRACKLING_TOKEN", "t")
    assert main(command, Services(clock=FakeClock())) == 0


def test_a_file_that_its_address_does_not_serve_is_told(stage: Stage) -> None:
    stage.exported = b"<Error>"
    with pytest.raises(DeliveryError, match="something else than its xlsx file"):
        smoke_test.check_stage(stage.url, FakeClock())


@pytest.mark.parametrize("failures", [[429], [500, 503], [502, 504, 429, 500, 503]])
@pytest.mark.parametrize("path", ["/", "/api/jobs", "/api/jobs/j", "/bucket"])
def test_it_goes_on_after_failures_that_pass(stage: Stage, path: str, failures: list[int]) -> None:
    stage.failures[path] = [(status, {}) for status in failures]
    clock = FakeClock()
    began = clock.time()
    smoke_test.check_stage(stage.url, clock)
    assert clock.time() - began == sum(PAUSES[: len(failures)])


@pytest.mark.parametrize(("asked", "pause"), [("7", 7), ("100000", LONGEST_PAUSE), ("tomorrow", PAUSES[0])])
def test_it_waits_as_long_as_the_service_asks(stage: Stage, asked: str, pause: float) -> None:
    stage.failures["/api/jobs"] = [(429, {"Retry-After": asked})]
    clock = FakeClock()
    began = clock.time()
    ApiClient(f"{stage.url}/api", clock=clock).submit(sequence="ACGT", genome="g")
    assert clock.time() - began == pause


def test_a_failure_that_does_not_pass_is_told(stage: Stage) -> None:
    stage.failures["/api/jobs"] = [(503, {})] * 9
    with pytest.raises(DeliveryError, match=r"POST \S+/api/jobs: 503 busy"):
        smoke_test.check_stage(stage.url, FakeClock())
    assert stage.seen["POST /api/jobs"] == len(PAUSES) + 1


def test_a_refusal_is_not_repeated(stage: Stage) -> None:
    stage.failures["/api/jobs"] = [(422, {})]
    with pytest.raises(ApiError, match="422"):
        ApiClient(f"{stage.url}/api", clock=FakeClock()).submit(sequence="ACGT", genome="g")
    assert stage.seen["POST /api/jobs"] == 1


def test_no_message_names_a_signature(stage: Stage) -> None:
    stage.failures["/bucket/export.xlsx?X-Amz-Signature=1"] = [(403, {})]
    with pytest.raises(ApiError) as told:
        fetch(f"{stage.url}/bucket/export.xlsx?X-Amz-Signature=1", FakeClock())
    assert "Signature" not in str(told.value)


@pytest.mark.parametrize(
    "host",
    [
        "data-1a2b.s3.us-east-1.amazonaws.com",
        "data-1a2b.s3.ap-southeast-5.amazonaws.com",
        "data-1a2b.s3.us-gov-west-1.amazonaws.com",
        "data-1a2b.s3.cn-north-1.amazonaws.com.cn",
        "127.0.0.1:5000",  # the local cloud
    ],
)
def test_regional_hosts_are_relied_on(host: str) -> None:
    assert smoke_test.check_host(f"https://{host}/key?X-Amz-Signature=1") == host


@pytest.mark.parametrize(
    "host", ["data-1a2b.s3.amazonaws.com", "s3.amazonaws.com", "s3.eu-west-1.amazonaws.com"]
)
def test_the_global_host_is_not_relied_on(host: str) -> None:
    with pytest.raises(DeliveryError, match="not the host of a bucket in one region"):
        smoke_test.check_host(f"https://{host}/key?X-Amz-Signature=1")
