"""Make the stand-in for NCBI misbehave: change its answers to chosen requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent. If `ranges` allows it, the requested range is taken from `body` on sending."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ranges: bool = False
    refuses_ranges: bool = False
    cut: int | None = None  # the connection ends after this many bytes
    piece: int | None = None  # sent in pieces of this many bytes,
    pause: float = 0  # with a pause (seconds) before each


Misbehaviour = Callable[[Reply], Reply]


@dataclass(frozen=True)
class Fault:
    """A fault for requests whose path matches, or for only the `nth` of them (from 1) if given."""

    path: str  # a regular expression that may match anywhere in the path
    do: Misbehaviour
    nth: Collection[int] | None = None
    method: str = "GET"

    def matches(self, method: str, path: str) -> bool:
        return method == self.method and re.search(self.path, path) is not None


def slow(pause: float, piece: int = 1) -> Misbehaviour:
    """Send the body slowly."""
    return lambda reply: replace(reply, pause=pause, piece=piece)


def cut(after: int) -> Misbehaviour:
    """Break the connection within the body."""
    return lambda reply: replace(reply, cut=after)


def status(code: int, retry_after: str | None = None, body: bytes = b"") -> Misbehaviour:
    headers = {"retry-after": retry_after} if retry_after is not None else {}
    return lambda _reply: Reply(code, headers, body)


def no_ranges(*, announced: bool = False) -> Misbehaviour:
    """Ignore ranges and answer 200 with the whole file. If `announced`, headers still claim that ranges work."""
    return lambda reply: replace(
        reply,
        ranges=False,
        headers=reply.headers if announced else {**reply.headers, "accept-ranges": "none"},
    )


def refused_ranges(reply: Reply) -> Reply:
    """Answer 416 to every range."""
    return replace(reply, refuses_ranges=True)


def web_page(*, honest: bool = True) -> Misbehaviour:
    """Send HTML instead of data; unless `honest`, with the content type of the data."""
    page = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
    return lambda reply: Reply(
        200, {**reply.headers, **({"content-type": "text/html"} if honest else {})}, page
    )


def redirect(location: str, code: int = 302) -> Misbehaviour:
    return lambda _reply: Reply(code, {"location": location})


def garbage(body: bytes = b'{"reports": [{') -> Misbehaviour:
    """Send another body with the same headers."""
    return lambda reply: replace(reply, body=body)


def damage(at: int) -> Misbehaviour:
    """Change one byte of the body."""
    return lambda reply: replace(
        reply, body=reply.body[:at] + bytes([reply.body[at] ^ 1]) + reply.body[at + 1 :]
    )


def other_md5(reply: Reply) -> Reply:
    """Make all published MD5 sums wrong."""
    return replace(reply, body=re.sub(rb"[0-9a-f]{32}(?=  )", b"f" * 32, reply.body))
