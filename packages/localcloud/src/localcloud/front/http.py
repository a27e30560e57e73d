"""Define requests and responses as they pass between the door, the distribution and its origins."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Request:
    """A viewer's request. `query` is raw; `headers` keep their order and duplicates."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Request:
        parts = urlsplit(target)
        return cls(method, parts.path, parts.query, headers, body)

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass
class Response:
    """A response to a viewer. Header names are in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def json(cls, status: int, text: str) -> Response:
        return cls(status, {"content-type": "application/json"}, text.encode())
