"""A small client of our API, which needs only the standard library."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

POLL_SECONDS = 0.2


class ApiError(Exception):
    """The API rejected a request, or a job or genome failed; the message gives the reason."""


class ApiClient:
    """Talks to the API at an address such as http://localhost:8080/api."""

    def __init__(self, base: str) -> None:
        self._base = base

    def get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self._open("GET", path))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON
        return json.loads(self._open("POST", path, body or {}))

    def submit(self, **body: Any) -> str:  # noqa: ANN401 - JSON
        """Submit a job and return its id; the arguments are the body of `POST /jobs`."""
        return str(self.post("/jobs", body)["jobId"])

    def export(self, job: str, form: str) -> bytes:
        """Return all targets of a complete job as a file of this format."""
        return self._open("GET", f"/jobs/{job}/export?format={form}")

    def upload_genome(self, genome: str, name: str, fasta: Path, annotation: Path | None = None) -> None:
        """Announce a genome, upload its FASTA file and its annotation, and start its preparation."""
        forms = self.post("/genomes", {"genome": genome, "name": name, "annotation": annotation is not None})
        for form, file in ((forms["upload"], fasta), (forms["annotationUpload"], annotation)):
            if file is not None:
                post_form(form["url"], form["fields"], file.name, file.read_bytes())
        self.post(f"/genomes/{genome}/complete")

    def wait_for_genome(self, genome: str, seconds: float = 900) -> dict[str, Any]:
        return self._wait(f"/genomes/{genome}", "state", "ready", seconds)

    def wait_for_job(self, job: str, seconds: float = 900) -> dict[str, Any]:
        return self._wait(f"/jobs/{job}", "status", "complete", seconds)

    def _wait(self, path: str, field: str, wanted: str, seconds: float) -> dict[str, Any]:
        """Poll until the field has the wanted value, and return the response.

        Raises:
            ApiError: the job or genome failed, or the time is over.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer: dict[str, Any] = self.get(path)
            if answer[field] == wanted:
                return answer
            if answer[field] == "failed":
                raise ApiError(f"{path} failed: {answer['reason']}")
            time.sleep(POLL_SECONDS)
        raise ApiError(f"{path} is still {answer[field]} after {seconds:.0f} s")

    def _open(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - http, as the caller's base says
            f"{self._base}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"content-type": "application/json"},
        )
        return _read(request)


def post_form(url: str, fields: dict[str, str], name: str, content: bytes) -> None:
    """Upload a file with a presigned form of S3: the fields come first, the file last."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    head = (
        "".join(parts)
        + f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    )
    body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    _read(urllib.request.Request(url, method="POST", data=body, headers=headers))  # noqa: S310 - from the API


def _read(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - as above
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise ApiError(
            f"{request.method} {request.full_url}: {error.code} {error.read().decode(errors='replace')}"
        ) from None
    except urllib.error.URLError as error:
        raise ApiError(f"{request.method} {request.full_url}: {error.reason}") from None
