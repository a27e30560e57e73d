"""Send requests to our API, with the standard library only."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from typing import TYPE_CHECKING, Any

from delivery.retrying import with_pauses

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

    from delivery.waiting import Clock

POLL_SECONDS = 0.2


class ApiError(Exception):
    """The API rejected a request, or a job or genome failed; the message gives the reason, `status` that of an answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ApiClient:
    """Talks to the API at an address such as http://localhost:8080/api.

    Requests that are answered with 429 or 5xx, or not at all, are repeated after a pause. Where people sign in, `token` is an
    access token.
    """

    def __init__(
        self, base: str, *, token: str | None = None, poll_seconds: float = POLL_SECONDS, clock: Clock = time
    ) -> None:
        self._base = base
        self._headers = {"content-type": "application/json"}
        if token is not None:
            self._headers["authorization"] = f"Bearer {token}"
        self._poll_seconds = poll_seconds
        self._clock = clock

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

    def export_address(self, job: str, form: str) -> str:
        """Return the presigned address of a complete job's targets, for a format that is not sent as text.

        Raises:
            ApiError: the answer has no address.
        """
        request = self._request("GET", f"/jobs/{job}/export?format={form}")
        _, headers = send(request, self._clock, _IN_PLACE)
        address = headers.get("location")
        if address is None:
            raise ApiError(f"{request.full_url}: the answer has no address to download from")
        return str(address)

    def announce_genome(
        self, genome: str, name: str, *, annotation: bool = False, shared: bool = False
    ) -> dict[str, Any]:
        """Announce a genome, and return the presigned forms to upload its files with."""
        body = {"genome": genome, "name": name, "annotation": annotation, "shared": shared}
        forms: dict[str, Any] = self.post("/genomes", body)
        return forms

    def upload_genome(
        self, genome: str, name: str, fasta: Path, annotation: Path | None = None, *, shared: bool = False
    ) -> None:
        """Announce a genome, upload its FASTA file and its annotation, and start its preparation."""
        forms = self.announce_genome(genome, name, annotation=annotation is not None, shared=shared)
        for form, file in ((forms["upload"], fasta), (forms["annotationUpload"], annotation)):
            if file is not None:
                post_form(form["url"], form["fields"], file.name, file.read_bytes(), self._clock)
        self.complete_genome(genome)

    def genomes(self, limit: int = 200) -> list[dict[str, Any]]:
        """Return all genomes by id, page after page."""
        page = self.get(f"/genomes?limit={limit}")
        found: list[dict[str, Any]] = page["genomes"]
        while page["next"] is not None:
            page = self.get(f"/genomes?limit={limit}&cursor={page['next']}")
            found += page["genomes"]
        return found

    def complete_genome(self, genome: str) -> None:
        """Start the preparation of a genome whose files are uploaded."""
        self.post(f"/genomes/{genome}/complete")

    def delete_job(self, job: str) -> None:
        self._open("DELETE", f"/jobs/{job}")

    def withdraw_email(self, job: str) -> None:
        """Withdraw the address that a job emails when it is finished."""
        self._open("DELETE", f"/jobs/{job}/email")

    def delete_genome(self, genome: str) -> None:
        self._open("DELETE", f"/genomes/{genome}")

    def wait_for_genome(self, genome: str, seconds: float = 900) -> dict[str, Any]:
        return self._wait(f"/genomes/{genome}", "state", "ready", seconds)

    def wait_for_job(self, job: str, seconds: float = 900) -> dict[str, Any]:
        return self._wait(f"/jobs/{job}", "status", "complete", seconds)

    def _wait(self, path: str, field: str, wanted: str, seconds: float) -> dict[str, Any]:
        """Poll until the field has the wanted value, and return the response.

        Raises:
            ApiError: the job or genome failed, or the time is over.
        """
        end = self._clock.monotonic() + seconds
        while True:
            answer: dict[str, Any] = self.get(path)
            if answer[field] == wanted:
                return answer
            if answer[field] == "failed":
                raise ApiError(f"{path} failed: {answer['reason']}")
            if self._clock.monotonic() >= end:
                raise ApiError(f"{path} is still {answer[field]} after {seconds:.0f} s")
            self._clock.sleep(self._poll_seconds)

    def _open(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        return send(self._request(method, path, body), self._clock)[0]

    def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> urllib.request.Request:
        return urllib.request.Request(  # noqa: S310 - http, as the caller's base says
            f"{self._base}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers=self._headers,
        )


def post_form(url: str, fields: dict[str, str], name: str, content: bytes, clock: Clock = time) -> None:
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
    send(urllib.request.Request(url, method="POST", data=body, headers=headers), clock)  # noqa: S310 - from the API


def fetch(address: str, clock: Clock = time) -> bytes:
    """Return what is at a web address.

    Raises:
        ApiError: it is not a web address, or it cannot be fetched.
    """
    if not address.startswith(("https://", "http://")):
        raise ApiError(f"{address} is not a web address")
    return send(urllib.request.Request(address), clock)[0]  # noqa: S310 - checked above


class _Stay(urllib.request.HTTPRedirectHandler):
    """Returns a redirect itself instead of following it."""

    def http_error_303(self, *answer: Any) -> Any:  # noqa: ANN401 - as the base class has it
        _request, body, *_ = answer
        return body


_FOLLOWING = urllib.request.build_opener()
_IN_PLACE = urllib.request.build_opener(_Stay())


def send(
    request: urllib.request.Request, clock: Clock, opener: urllib.request.OpenerDirector = _FOLLOWING
) -> tuple[bytes, Message]:
    """Return the body and the headers of the answer. A request that may succeed a little later is repeated after a pause.

    Raises:
        ApiError: the request was rejected, or failed each time.
    """
    route = f"{request.get_method()} {request.full_url.partition('?')[0]}"

    def attempt() -> tuple[bytes, Message]:
        with opener.open(request, timeout=60) as answer:
            return answer.read(), answer.headers

    try:
        return with_pauses(attempt, clock)
    except urllib.error.HTTPError as error:
        with error:
            answer = error.read().decode(errors="replace")
            raise ApiError(f"{route}: {error.code} {answer}", error.code) from None
    except OSError as error:
        raise ApiError(f"{route}: {getattr(error, 'reason', error)}") from None
