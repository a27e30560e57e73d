"""As much of GitHub's API as the programs need: comments of a pull request, and issues."""

from __future__ import annotations

import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator

Send = Callable[[urllib.request.Request], tuple[bytes, str]]
"""Makes a request; the answer's body and its Link header. Raises urllib.error.HTTPError."""

LIMIT = 65_536
"""Characters of a comment's or an issue's body; GitHub refuses longer ones."""

_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')


def _send(request: urllib.request.Request) -> tuple[bytes, str]:
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the address is the runner's own
        return answer.read(), answer.headers.get("Link", "")


@dataclass(frozen=True)
class GitHub:
    """One repository ("owner/name"), seen with a workflow's token."""

    repository: str
    token: str
    api: str = "https://api.github.com"
    send: Send = _send

    @classmethod
    def of_workflow(cls) -> Self:
        """As the variables of a workflow say.

        Raises:
            DeliveryError: one is missing.
        """
        try:
            return cls(
                os.environ["GITHUB_REPOSITORY"],
                os.environ["GITHUB_TOKEN"],
                os.environ.get("GITHUB_API_URL", "https://api.github.com"),
            )
        except KeyError as error:
            raise DeliveryError(f"{error.args[0]} is not set; this part runs in a workflow") from error

    def put_comment(self, number: int, marker: str, body: str) -> None:
        """Write a pull request's comment that has this marker in it: the one that is there, or a new one."""
        for comment in self._pages(f"issues/{number}/comments?per_page=100"):
            if marker in comment["body"]:
                if comment["body"] != body:
                    self._call("PATCH", f"issues/comments/{comment['id']}", {"body": body})
                return
        self._call("POST", f"issues/{number}/comments", {"body": body})

    def put_issue(self, label: str, title: str, body: str) -> None:
        """Write the open issue that has this label: the one that is there, or a new one."""
        for issue in self._issues(label):
            self._call("PATCH", f"issues/{issue['number']}", {"title": title, "body": body})
            return
        self._call("POST", "issues", {"title": title, "body": body, "labels": [label]})

    def close_issue(self, label: str, comment: str) -> None:
        """Close the open issue that has this label, if there is one, and say why."""
        for issue in self._issues(label):
            self._call("POST", f"issues/{issue['number']}/comments", {"body": comment})
            self._call("PATCH", f"issues/{issue['number']}", {"state": "closed"})

    def _issues(self, label: str) -> list[dict[str, Any]]:
        found = self._pages(f"issues?state=open&labels={label}&per_page=100")
        return [one for one in found if "pull_request" not in one]

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Every page: what is looked for may be on the last one."""
        address: str | None = f"{self.api}/repos/{self.repository}/{path}"
        while address:
            body, link = self._request("GET", address, None)
            yield from json.loads(body)
            found = _NEXT.search(link)
            address = found[1] if found else None

    def _call(self, method: str, path: str, content: dict[str, Any]) -> None:
        self._request(method, f"{self.api}/repos/{self.repository}/{path}", content)

    def _request(self, method: str, address: str, content: dict[str, Any] | None) -> tuple[bytes, str]:
        request = urllib.request.Request(  # noqa: S310 - the address is the runner's own
            address,
            data=None if content is None else json.dumps(content).encode(),
            method=method,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            return self.send(request)
        except urllib.error.HTTPError as error:
            told = error.read().decode("utf-8", "replace")[:300]
            raise DeliveryError(f"GitHub refused {method} {address}: {error.code} {told}") from error
        except OSError as error:
            raise DeliveryError(f"GitHub does not answer: {error}") from error
