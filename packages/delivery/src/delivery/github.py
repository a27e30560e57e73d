"""Call the parts of GitHub's API that are needed here: comments of a pull request, issues, and facts about a repository."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from delivery.program import DeliveryError
from delivery.retrying import with_pauses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.waiting import Clock

Send = Callable[[urllib.request.Request], tuple[bytes, str]]
"""Sends a request and returns the body and the Link header of the response. Raises urllib.error.HTTPError."""

LIMIT = 65_536
"""The largest number of characters that GitHub accepts as the body of a comment or an issue."""

_HIDDEN = (401, 403, 404)
"""What GitHub answers, from case to case, for what a token may not see."""

_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


class RefusedError(DeliveryError):
    """Raised when GitHub answers with an error."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def _send(request: urllib.request.Request) -> tuple[bytes, str]:
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the address is the runner's own
        return answer.read(), answer.headers.get("Link", "")


@dataclass(frozen=True)
class GitHub:
    """A repository ("owner/name"), accessed with the token of a workflow; "" is no token, for what is public."""

    repository: str
    token: str
    api: str = "https://api.github.com"
    send: Send = _send
    clock: Clock = time

    @classmethod
    def from_environment(cls) -> Self:
        """Return the repository that the variables of a workflow name.

        Raises:
            DeliveryError: a variable is missing.
        """
        try:
            return cls(
                os.environ["GITHUB_REPOSITORY"],
                os.environ["GITHUB_TOKEN"],
                os.environ.get("GITHUB_API_URL", "https://api.github.com"),
            )
        except KeyError as error:
            raise DeliveryError(f"{error.args[0]} is not set; this subcommand runs in a workflow") from error

    def find(self, path: str) -> dict[str, Any] | None:
        """Return what GitHub has at a path below the repository ("" is itself); None if it shows nothing to this token.

        Raises:
            DeliveryError: GitHub does not answer, or fails.
        """
        address = f"{self.api}/repos/{self.repository}/{path}".rstrip("/")
        try:
            body, _ = self._request("GET", address, None)
        except RefusedError as error:
            if error.status in _HIDDEN:
                return None
            raise
        found: dict[str, Any] = json.loads(body)
        return found

    def put_comment(self, number: int, marker: str, body: str) -> None:
        """Create the comment of a pull request that contains this marker, or update it if it exists."""
        for comment in self._pages(f"issues/{number}/comments?per_page=100"):
            if marker in comment["body"]:
                if comment["body"] != body:
                    self._call("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return
        self._call("POST", f"issues/{number}/comments", {"body": body})

    def put_issue(self, label: str, title: str, body: str) -> None:
        """Create the open issue that has this label, or update it if it exists."""
        for issue in self._issues(label):
            self._call("PATCH", f"issues/{issue['number']}", {"title": title, "body": body})
            return
        self._call("POST", "issues", {"title": title, "body": body, "labels": [label]})

    def close_issue(self, label: str, comment: str) -> None:
        """Close the open issue that has this label, if there is one, with a comment."""
        for issue in self._issues(label):
            self._call("POST", f"issues/{issue['number']}/comments", {"body": comment})
            self._call("PATCH", f"issues/{issue['number']}", {"state": "closed"})

    def _issues(self, label: str) -> list[dict[str, Any]]:
        found = self._pages(f"issues?state=open&labels={label}&per_page=100")
        return [one for one in found if "pull_request" not in one]

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of all pages."""
        address: str | None = f"{self.api}/repos/{self.repository}/{path}"
        while address:
            body, link = self._request("GET", address, None)
            yield from json.loads(body)
            found = _NEXT.search(link)
            address = found[1] if found else None

    def _call(self, method: str, path: str, content: dict[str, Any]) -> None:
        self._request(method, f"{self.api}/repos/{self.repository}/{path}", content)

    def _request(self, method: str, address: str, content: dict[str, Any] | None) -> tuple[bytes, str]:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(  # noqa: S310 - the address is the runner's own
            address,
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers=headers,
        )
        try:
            # A comment or an issue must not appear twice.
            return with_pauses(lambda: self.send(request), self.clock, once_only=method == "POST")
        except urllib.error.HTTPError as error:
            told = error.read().decode("utf-8", "replace")[:300]
            raise RefusedError(
                f"GitHub refused {method} {address}: {error.code} {told}", error.code
            ) from error
        except OSError as error:
            raise DeliveryError(f"GitHub does not answer: {error}") from error
