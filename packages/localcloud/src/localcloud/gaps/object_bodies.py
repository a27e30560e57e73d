"""Store the bodies of objects in files.

Gap: moto keeps every object and every part of an upload in memory. It copies an object whole for each range that is
read from it and for the completion of an upload in parts, and several times over while it is uploaded.
"""

from __future__ import annotations

import hashlib
import io
import re
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qs

from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.s3.models import FakeKey, FakeMultipart, MultipartChecksumBuilder, S3Backend
from moto.s3.responses import S3Response
from moto.s3.utils import compute_checksum
from moto.settings import S3_UPLOAD_PART_MIN_SIZE

from localcloud.bodies import BLOCK, Body
from localcloud.gaps.emulator import current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SIGNED_FOR_S3 = re.compile(r"Credential=[^/&%]+(?:/|%2F)\d+(?:/|%2F)[^/&%]+(?:/|%2F)s3(?:/|%2F)")
_SUBRESOURCES = {"acl", "tagging", "retention", "legal-hold"}


# --- while an object is uploaded ---


def in_files(app: WSGIApplication) -> WSGIApplication:
    """Write the body of a PUT of an object, or of a part, to a file, and let moto handle a stand-in for it."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _puts_an_object(environ):
            return app(environ, start_response)
        bodies = current().bodies
        body = bodies.write(_content(environ))
        _name_checksum(environ, body)
        token = bodies.offer(body)
        replace_body(environ, token)
        try:
            return app(environ, start_response)
        finally:
            bodies.withdraw(token)

    return call


def replace_body(environ: WSGIEnvironment, content: bytes) -> None:
    environ["wsgi.input"] = io.BytesIO(content)
    environ["CONTENT_LENGTH"] = str(len(content))


def _puts_an_object(environ: WSGIEnvironment) -> bool:
    query = environ.get("QUERY_STRING", "")
    return (
        environ["REQUEST_METHOD"] == "PUT"
        and bool(_SIGNED_FOR_S3.search(environ.get("HTTP_AUTHORIZATION", "") or query))
        and bool(key_of(environ))
        and "HTTP_X_AMZ_COPY_SOURCE" not in environ
        and not _SUBRESOURCES & parse_qs(query, keep_blank_values=True).keys()
    )


def bucket_of(environ: WSGIEnvironment) -> str:
    """Return the bucket's name from the host (bucket.localhost) or the first part of the path."""
    host = environ.get("HTTP_HOST", "").partition(":")[0]
    if host.endswith(".localhost"):
        return str(host.removesuffix(".localhost"))
    return str(environ["PATH_INFO"].lstrip("/").partition("/")[0])


def key_of(environ: WSGIEnvironment) -> str:
    """Return the key of the object that a request names, or an empty string."""
    path = str(environ["PATH_INFO"]).encode("latin-1").decode("utf-8", "replace").lstrip("/")
    in_host = environ.get("HTTP_HOST", "").partition(":")[0].endswith(".localhost")
    return path if in_host else path.partition("/")[2]


def _content(environ: WSGIEnvironment) -> Iterator[bytes]:
    """Yield the body in blocks, without the frames in which SDKs send one whose checksum follows it."""
    stream: BinaryIO = environ["wsgi.input"]
    if not environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith("STREAMING-"):
        yield from _blocks(stream, int(environ.get("CONTENT_LENGTH") or 0))
        return
    while size := int(stream.readline().partition(b";")[0], 16):
        yield from _blocks(stream, size)
        stream.readline()
    for line in iter(stream.readline, b""):
        name, _, value = line.decode("latin-1").strip().partition(":")
        if name.startswith("x-amz-checksum-"):
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
    del environ["HTTP_X_AMZ_CONTENT_SHA256"]


def _blocks(stream: BinaryIO, size: int) -> Iterator[bytes]:
    while size:
        block = stream.read(min(BLOCK, size))
        if not block:
            raise ConnectionResetError("the connection ended in the middle of an object")
        size -= len(block)
        yield block


def _name_checksum(environ: WSGIEnvironment, body: Body) -> None:
    """Compute the checksum that the client has asked for and not sent; moto would take the stand-in's."""
    algorithm = environ.get("HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM", "")
    if algorithm and (name := f"HTTP_X_AMZ_CHECKSUM_{algorithm.upper()}") not in environ:
        environ[name] = compute_checksum(body.read(), algorithm.upper()).decode()


# --- while it is stored ---


def install() -> None:
    """Make the body of moto's objects a Body, and give it to those who can use one."""
    FakeKey.value = property(_value, _set_value)  # type: ignore[assignment,method-assign]
    FakeKey.__deepcopy__ = _itself  # type: ignore[attr-defined]
    for place, method in (
        (S3Response, "get_object"),
        (S3Backend, "copy_object"),
        (S3Backend, "upload_part_copy"),
    ):
        setattr(place, method, _unread(getattr(place, method)))
    FakeMultipart.complete = _complete  # type: ignore[method-assign]
    _discard_disposed_keys()
    _discard_aborted_parts()


_leave_unread: ContextVar[bool] = ContextVar("_leave_unread", default=False)


def _unread(original: Callable[..., Any]) -> Callable[..., Any]:
    """Make a method of moto handle bodies that are not read yet; any other gets bytes."""

    @wraps(original)
    def patched(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        token = _leave_unread.set(True)
        try:
            return original(*args, **named)
        finally:
            _leave_unread.reset(token)

    return patched


def _value(self: Any) -> bytes | Body:  # noqa: ANN401
    body: Body = self._body
    return body if _leave_unread.get() else body.read()


def _set_value(self: Any, value: bytes | str | Body) -> None:  # noqa: ANN401
    self._bodies = current().bodies
    self._body = self._bodies.keep(value)
    self.contentsize = len(self._body)
    if self._etag is None:
        self._etag = self._body.md5()


def _itself(self: Any, _memo: object) -> Any:  # noqa: ANN401
    """Return the object: moto copies each one, with its bytes, to list it, and changes nothing of the copies."""
    return self


def _complete(
    self: FakeMultipart, body: Iterator[tuple[int, str]]
) -> tuple[bytes, str, tuple[str, str, int] | None]:
    """Join the parts as moto does, on the disk. Returns a stand-in for the object, its ETag and its checksum."""
    parts: list[Any] = []
    for number, etag in body:
        part = self.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            raise InvalidPart
        if parts and parts[-1].contentsize < S3_UPLOAD_PART_MIN_SIZE:
            raise EntityTooSmall
        parts.append(part)
    if not parts:
        raise MalformedXML
    digest = hashlib.md5(
        b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts), usedforsecurity=False
    )
    checksum = None
    if algorithm := self.metadata.get("x-amz-checksum-algorithm"):
        builder = MultipartChecksumBuilder(algorithm, self.metadata.get("x-amz-checksum-type"))
        for part in parts:
            builder.addPart(part.value)
        checksum = builder.build()
    bodies = current().bodies
    token = bodies.offer(bodies.join(part._body for part in parts))
    self.dispose()
    return token, f"{digest.hexdigest()}-{len(parts)}", checksum


def _discard_disposed_keys() -> None:
    """Delete the file of an object that was deleted or replaced: moto disposes of it then."""
    original = FakeKey.dispose

    def patched(self: Any, garbage: bool = False) -> None:  # noqa: ANN401, ARG001 - moto warns of garbage
        original(self)
        if (body := self.__dict__.pop("_body", None)) is not None:
            self._bodies.discard(body)

    FakeKey.dispose = patched  # type: ignore[method-assign]


def _discard_aborted_parts() -> None:
    original = S3Backend.abort_multipart_upload

    def patched(self: S3Backend, bucket_name: str, multipart_id: str) -> None:
        multipart = self.get_bucket(bucket_name).multiparts.get(multipart_id)
        original(self, bucket_name, multipart_id)
        if multipart:
            multipart.dispose()

    S3Backend.abort_multipart_upload = patched  # type: ignore[method-assign]
