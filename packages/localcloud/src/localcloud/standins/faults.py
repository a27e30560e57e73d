"""How the stand-in for NCBI misbehaves: changes of an answer, for chosen requests."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Reply:
    """An answer before it is sent. A range is taken from `body` on sending, where `ranges` allows."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ranges: bool = False
    refuses_ranges: bool = False
    cut: int | None = None  # the connection ends after so many bytes of what is sent
    piece: int | None = None  # sent in pieces of so many bytes,
    pause: float = 0  # with a pause (seconds) before each


Misbehaviour = Callable[[Reply], Reply]


@dataclass(frozen=True)
class Fault:
    """A misbehaviour towards the requests whose path matches; only the `nth` of them (from 1), if given."""

    path: str  # a regular expression, found anywhere in the path
    do: Misbehaviour
    nth: Collection[int] | None = None
    method: str = "GET"

    def matches(self, method: str, path: str) -> bool:
        return method == self.method and re.search(self.path, path) is not None


def slow(pause: float, piece: int = 1) -> Misbehaviour:
    """A trickle."""
    return lambda reply: replace(reply, pause=pause, piece=piece)


def cut(after: int) -> Misbehaviour:
    """The connection breaks in the body."""
    return lambda reply: replace(reply, cut=after)


def status(code: int, retry_after: str | None = None, body: bytes = b"") -> Misbehaviour:
    headers = {"retry-after": retry_after} if retry_after is not None else {}
    return lambda _reply: Reply(code, headers, body)


def no_ranges(*, announced: bool = False) -> Misbehaviour:
    """Ranges are ignored: 200 and all of the file. The file's headers announce them all the same, if so asked."""
    return lambda reply: replace(
        reply,
        ranges=False,
        headers=reply.headers if announced else {**reply.headers, "accept-ranges": "none"},
    )


def refused_ranges(reply: Reply) -> Reply:
    """416 to every range."""
    return replace(reply, refuses_ranges=True)


def web_page(*, honest: bool = True) -> Misbehaviour:
    """HTML instead of data; not `honest`: under the type of the data."""
    page = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
    return lambda reply: Reply(
        200, {**reply.headers, **({"content-type": "text/html"} if honest else {})}, page
    )


def redirect(location: str, code: int = 302) -> Misbehaviour:
    return lambda _reply: Reply(code, {"location": location})


def garbage(body: bytes = b'{"reports": [{') -> Misbehaviour:
    """Another body, under the same headers."""
    return lambda reply: replace(reply, body=body)


def damage(at: int) -> Misbehaviour:
    """One other byte in a body of the right length."""
    return lambda reply: replace(
        reply, body=reply.body[:at] + bytes([reply.body[at] ^ 1]) + reply.body[at + 1 :]
    )


def other_md5(reply: Reply) -> Reply:
    """All published md5 are wrong."""
    return replace(reply, body=re.sub(rb"[0-9a-f]{32}(?=  )", b"f" * 32, reply.body))
