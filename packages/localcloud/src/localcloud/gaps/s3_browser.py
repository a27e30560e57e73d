"""Emulate S3 as browsers use it.

Gaps: moto answers preflights with 403 or allows everything, adds its own CORS headers to every response, and checks neither
the expiry, the signature nor the policy of a presigned request.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import io
import json
import os
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import parse_qs, quote, unquote

from moto.s3.models import s3_backends
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import parse_form_data
from werkzeug.test import encode_multipart

from localcloud.gaps.emulator import current
from localcloud.gaps.middleware import refuse
from localcloud.gaps.object_bodies import bucket_of, replace_body
from localcloud.iam.principals import secret_of
from localcloud.world import ACCOUNT, PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class RefusedError(Exception):
    """Raised for a presigned request that S3 would reject; the arguments are S3's code and message."""

    def __init__(self, code: str, message: str, status: str = "403 Forbidden") -> None:
        super().__init__(message)
        self.code, self.status = code, status


# --- CORS ---


def cors(app: WSGIApplication) -> WSGIApplication:
    """Answer preflights and add CORS headers by the bucket's own configuration only."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        origin = environ.get("HTTP_ORIGIN")
        if not origin or "HTTP_X_AMZ_TARGET" in environ:
            return app(environ, start_response)
        method, asked = environ["REQUEST_METHOD"], environ.get("HTTP_ACCESS_CONTROL_REQUEST_METHOD")
        headers = _cors_headers(bucket_of(environ), origin, asked or method, environ)
        if method == "OPTIONS":
            if not headers:
                return refuse(start_response, "403 Forbidden", "AccessForbidden", "CORSResponse: not allowed")
            start_response("200 OK", [*headers, ("Content-Length", "0")])
            return [b""]

        def start(status: str, given: list[tuple[str, str]], *exc: Any) -> Any:  # noqa: ANN401
            kept = [pair for pair in given if not pair[0].lower().startswith("access-control-")]
            return start_response(status, [*kept, *headers], *exc)

        return app(environ, start)

    return call


def _cors_headers(bucket: str, origin: str, method: str, environ: WSGIEnvironment) -> list[tuple[str, str]]:
    """Return the headers of the first rule that allows the request, or none if no rule does."""
    model = s3_backends[ACCOUNT][PARTITION].buckets.get(bucket)
    wanted = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "").lower().replace(" ", "")
    for rule in model.cors if model else []:
        methods, origins = _items(rule.allowed_methods), _items(rule.allowed_origins)
        allowed = [pattern.lower() for pattern in _items(rule.allowed_headers)]
        headers_fit = all(any(fnmatchcase(name, p) for p in allowed) for name in wanted.split(",") if name)
        if method in methods and any(fnmatchcase(origin, pattern) for pattern in origins) and headers_fit:
            answer = [("Access-Control-Allow-Origin", "*" if "*" in origins else origin)]
            answer.append(("Access-Control-Allow-Methods", ", ".join(methods)))
            if wanted:
                answer.append(("Access-Control-Allow-Headers", wanted))
            if exposed := _items(rule.exposed_headers):
                answer.append(("Access-Control-Expose-Headers", ", ".join(exposed)))
            return answer
    return []


def _items(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


# --- presigned requests ---


def presigned(app: WSGIApplication) -> WSGIApplication:
    """Check presigned URLs (expiry, signature) and presigned POSTs (expiry, signature, every condition)."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        form = environ["REQUEST_METHOD"] == "POST" and "multipart/form-data" in environ.get(
            "CONTENT_TYPE", ""
        )
        try:
            if "AWSAccessKeyId=" in query:
                raise _version_2()
            if "X-Amz-Signature=" in query:
                check_url(environ, query)
            elif form:
                return _take_form(app, environ, start_response)
        except RefusedError as error:
            return refuse(start_response, error.status, error.code, str(error))
        return app(environ, start_response)

    return call


def _version_2() -> RefusedError:
    """Return S3's error for version 2 signatures, which newer buckets reject but botocore still makes in us-east-1."""
    message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    return RefusedError("InvalidRequest", message, "400 Bad Request")


def check_url(environ: WSGIEnvironment, query: str) -> None:
    """Raise RefusedError unless the signature (version 4, in the query) is valid and has not expired."""
    given = {key: values[0] for key, values in parse_qs(query, keep_blank_values=True).items()}
    signed_at = datetime.datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
    if _now() > signed_at + datetime.timedelta(seconds=int(given["X-Amz-Expires"])):
        raise RefusedError("AccessDenied", "Request has expired")
    names = given["X-Amz-SignedHeaders"].split(";")
    pairs = sorted(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    canonical = [
        environ["REQUEST_METHOD"],
        quote(unquote(str(environ["RAW_URI"]).partition("?")[0]), safe="/-_.~"),
        "&".join(pairs),
        *(f"{name}:{' '.join(_header(environ, name).split())}" for name in names),
        "",
        ";".join(names),
        "UNSIGNED-PAYLOAD",
    ]
    scope = given["X-Amz-Credential"].partition("/")[2]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", given["X-Amz-Date"], scope, digest])
    _check_signature(given["X-Amz-Credential"], text, given["X-Amz-Signature"])


def _header(environ: WSGIEnvironment, name: str) -> str:
    key = name.upper().replace("-", "_")
    return str(environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", ""))


def _check_signature(credential: str, text: str, signature: str) -> None:
    access_key, date, region, service, terminator = credential.split("/")
    secret = secret_of(access_key)
    if secret is None:
        raise RefusedError(
            "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."
        )
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, terminator):
        key = hmac.digest(key, part.encode(), "sha256")
    if not hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), signature):
        raise RefusedError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        )


@dataclass(frozen=True)
class Post:
    """A form from a browser: its fields (names in lower case), and the size of its file."""

    bucket: str
    fields: dict[str, str]
    size: int


def _take_form(
    app: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Write the file of a form to the disk as it arrives, check the form, and let moto handle a stand-in for the file."""
    bodies = current().bodies
    written: list[BinaryIO] = []

    def new_file(*_: object, **_more: object) -> BinaryIO:
        written.append(bodies.new())
        return written[-1]

    try:
        _, form, files = parse_form_data(environ, stream_factory=new_file)
        fields = {name.lower(): value for name, value in form.items()}
        file = files.get("file")
        size = file.stream.seek(0, os.SEEK_END) if file else len(fields.pop("file", "").encode())
        check_post(Post(bucket_of(environ), fields, size))
        parts: MultiDict[str, Any] = MultiDict(form)
        token = b""
        if file:
            written.remove(file.stream)  # type: ignore[arg-type]
            token = bodies.offer(bodies.done(file.stream))  # type: ignore[arg-type]
            parts.add("file", FileStorage(io.BytesIO(token), file.filename, content_type=file.mimetype))
    finally:
        for left in written:
            bodies.abandon(left)
    boundary, content = encode_multipart(parts)
    environ["CONTENT_TYPE"] = f"multipart/form-data; boundary={boundary}"
    replace_body(environ, content)
    try:
        return app(environ, start_response)
    finally:
        bodies.withdraw(token)


def check_post(post: Post) -> None:
    """Raise RefusedError unless the form's policy is signed, has not expired, and allows exactly this form."""
    if "policy" not in post.fields:
        raise RefusedError("AccessDenied", "Access Denied")
    if "x-amz-signature" not in post.fields:
        raise _version_2()
    _check_signature(post.fields["x-amz-credential"], post.fields["policy"], post.fields["x-amz-signature"])
    try:
        policy = json.loads(base64.b64decode(post.fields["policy"]))
    except (binascii.Error, ValueError) as error:
        raise RefusedError("InvalidPolicyDocument", str(error), "400 Bad Request") from error
    if _now() > datetime.datetime.fromisoformat(policy["expiration"]):
        raise RefusedError("AccessDenied", "Invalid according to Policy: Policy expired.")
    values = {**post.fields, "bucket": post.bucket}
    covered = {"policy", "x-amz-signature", "file"}
    for condition in policy["conditions"]:
        covered.add(_check_condition(condition, values, post.size))
    for name in sorted(values.keys() - covered - {"bucket"}):
        if not name.startswith("x-ignore-"):
            raise RefusedError("AccessDenied", f"Invalid according to Policy: Extra input fields: {name}")


def _check_condition(condition: Any, values: dict[str, str], size: int) -> str:  # noqa: ANN401
    """Check one condition of a policy, and return the name of the field that it covers."""
    if isinstance(condition, list) and condition[0].lower() == "content-length-range":
        if size < int(condition[1]):
            message = "Your proposed upload is smaller than the minimum allowed size"
            raise RefusedError("EntityTooSmall", message, "400 Bad Request")
        if size > int(condition[2]):
            message = "Your proposed upload exceeds the maximum allowed size"
            raise RefusedError("EntityTooLarge", message, "400 Bad Request")
        return ""
    operator, name, wanted = (
        condition if isinstance(condition, list) else ("eq", *next(iter(condition.items())))
    )
    name = re.sub(r"^\$", "", name).lower()
    value = values.get(name, "")
    if not (value.startswith(wanted) if operator == "starts-with" else value == wanted):
        text = json.dumps(condition)
        raise RefusedError("AccessDenied", f"Invalid according to Policy: Policy Condition failed: {text}")
    return str(name)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
