from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from email.message import Message
from typing import Any

import pytest

from delivery.github import GitHub, Send
from delivery.program import DeliveryError
from delivery.retrying import PAUSES


class FakeGitHub:
    """Comments and issues in pages of two."""

    def __init__(self) -> None:
        self.comments: list[dict[str, Any]] = []
        self.issues: list[dict[str, Any]] = []
        self.writes: list[tuple[str, str]] = []

    def client(self) -> GitHub:
        return GitHub("owner/name", "token", "https://api.example", self.send)

    def send(self, request: urllib.request.Request) -> tuple[bytes, str]:
        assert request.get_header("Authorization") == "Bearer token"
        method, path = (
            request.get_method(),
            request.full_url.removeprefix("https://api.example/repos/owner/name/"),
        )
        if method == "GET":
            return self._page(path)
        assert isinstance(request.data, bytes)
        body = json.loads(request.data)
        if len(body.get("body", "")) > 65_536:
            raise urllib.error.HTTPError(request.full_url, 422, "", {}, io.BytesIO(b"body is too long"))  # type: ignore[arg-type]
        self.writes.append((method, path))
        self._write(method, path, body)
        return b"{}", ""

    def _page(self, path: str) -> tuple[bytes, str]:
        place, _, query = path.partition("?")
        found = (
            self.comments
            if place.endswith("comments")
            else [one for one in self.issues if one["state"] == "open"]
        )
        number = int(query.partition("&page=")[2] or 1)
        more = f'<https://api.example/repos/owner/name/{place}?x&page={number + 1}>; rel="next"'
        return json.dumps(found[2 * number - 2 : 2 * number]).encode(), more if 2 * number < len(
            found
        ) else ""

    def _write(self, method: str, path: str, body: dict[str, Any]) -> None:
        if method == "POST" and path == "issues":
            self.issues.append({"number": 10 + len(self.issues), "state": "open", **body})
        elif method == "POST":
            self.comments.append({"id": len(self.comments), **body})
        else:
            kind = self.comments if "comments" in path else self.issues
            key = "id" if kind is self.comments else "number"
            (one,) = [entry for entry in kind if entry[key] == int(path.rpartition("/")[2])]
            one.update(body)


@pytest.fixture
def there() -> FakeGitHub:
    return FakeGitHub()


def test_a_comment_is_written_once_and_then_brought_up_to_date(there: FakeGitHub) -> None:
    for text in ("first", "second", "second"):
        there.client().put_comment(7, "<!-- mark -->", f"<!-- mark -->\n{text}")
    assert [one["body"] for one in there.comments] == ["<!-- mark -->\nsecond"]
    assert [method for method, _path in there.writes] == ["POST", "PATCH"], (
        "and nothing is written for nothing"
    )


def test_it_is_found_on_a_later_page(there: FakeGitHub) -> None:
    there.comments = [{"id": number, "body": f"talk {number}"} for number in range(5)]
    there.comments.append({"id": 5, "body": "<!-- mark -->\nold"})
    there.client().put_comment(7, "<!-- mark -->", "<!-- mark -->\nnew")
    assert there.comments[5]["body"] == "<!-- mark -->\nnew"
    assert len(there.comments) == 6


def test_one_issue_is_opened_brought_up_to_date_and_closed(there: FakeGitHub) -> None:
    there.client().close_issue("drift-prod", "gone")
    assert there.writes == []
    there.client().put_issue("drift-prod", "drifted", "one")
    there.client().put_issue("drift-prod", "drifted", "two")
    assert [(one["body"], one["labels"]) for one in there.issues] == [("two", ["drift-prod"])]
    there.client().close_issue("drift-prod", "gone")
    assert [one["state"] for one in there.issues] == ["closed"]
    there.client().put_issue("drift-prod", "drifted", "again")
    assert [one["state"] for one in there.issues] == ["closed", "open"]


def test_a_pull_request_with_the_label_is_no_issue(there: FakeGitHub) -> None:
    there.issues = [{"number": 1, "state": "open", "pull_request": {}}]
    there.client().put_issue("drift-prod", "drifted", "text")
    assert len(there.issues) == 2


def test_a_refusal_is_told(there: FakeGitHub) -> None:
    with pytest.raises(DeliveryError, match="422 body is too long"):
        there.client().put_comment(7, "mark", "x" * 70_000)


def test_outside_of_a_workflow_it_says_what_is_missing() -> None:
    with pytest.raises(DeliveryError, match="GITHUB_REPOSITORY is not set"):
        GitHub.from_environment()


def test_reading_goes_on_after_failures_that_pass(there: FakeGitHub) -> None:
    clock, failures = FakeClock(), [(502, {}), (403, {"Retry-After": "30"}), (429, {})]
    client = GitHub("owner/name", "token", "https://api.example", failing(failures, there.send), clock)
    client.put_issue("drift", "Drift", "text")
    assert clock.slept == [PAUSES[0], 30, PAUSES[2]]
    assert [method for method, _path in there.writes] == ["POST"]


def test_what_may_have_been_written_is_not_written_again(there: FakeGitHub) -> None:
    clock = FakeClock()

    def send(request: urllib.request.Request) -> tuple[bytes, str]:
        answer = there.send(request)
        if request.get_method() == "POST":
            raise refusal(502, {})
        return answer

    client = GitHub("owner/name", "token", "https://api.example", send, clock)
    with pytest.raises(DeliveryError, match="502"):
        client.put_issue("drift", "Drift", "text")
    assert (len(there.issues), clock.slept) == (1, [])


class FakeClock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    time = monotonic

    def sleep(self, seconds: float, /) -> None:
        self.slept.append(seconds)


def refusal(status: int, headers: dict[str, str]) -> urllib.error.HTTPError:
    message = Message()
    for name, value in headers.items():
        message[name] = value
    return urllib.error.HTTPError("https://api.example", status, "", message, io.BytesIO(b"busy"))


def failing(failures: list[tuple[int, dict[str, str]]], send: Send) -> Send:
    def call(request: urllib.request.Request) -> tuple[bytes, str]:
        if failures:
            raise refusal(*failures.pop(0))
        return send(request)

    return call
