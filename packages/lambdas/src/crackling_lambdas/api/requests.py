"""Read requests before the framework does: refuse at once what is not JSON, or could not be stored.

The framework takes forms too and parses a body before any middleware runs; several bodies that it cannot parse would be
answered as our failures.
"""

from __future__ import annotations

import json
from email.message import Message
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crackling_lambdas.runtime.entry import Event

JSON = "application/json"
CONTENT_TYPE = "content-type"
WITH_BODY = ("POST", "PATCH")
MAX_FIELDS = 100  # of an object; ours have at most a dozen


class UnreadableError(Exception):
    """Raised when a request cannot be read; its message is for users."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def readable(event: Event) -> Event:
    """Return a request that the framework can read: with a body of JSON, or without a body if its method has none.

    Raises:
        UnreadableError: its body is of another type or is malformed, or its address is no text.
    """
    request = APIGatewayProxyEvent(event)
    parameters = request.multi_value_query_string_parameters or {}
    if not is_text([request.path, parameters]):
        raise UnreadableError(HTTPStatus.BAD_REQUEST, "The address is not text in UTF-8")
    if request.http_method not in WITH_BODY or not request.body:
        return _with_body(event, None)
    if not is_json(request.headers.get(CONTENT_TYPE, JSON)):
        raise UnreadableError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Send the body as {JSON}")
    try:
        body = request.decoded_body or ""
        content = json.loads(body, object_pairs_hook=_few_fields, parse_constant=_no_number)
    except RecursionError:
        raise UnreadableError(HTTPStatus.BAD_REQUEST, "body: nested too deeply") from None
    except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise UnreadableError(HTTPStatus.BAD_REQUEST, f"body: is not JSON: {error}") from None
    if not is_text(content):
        message = "body: has half of a surrogate pair, which is not a character"
        raise UnreadableError(HTTPStatus.BAD_REQUEST, message)
    return _with_body(event, body)


def is_json(content_type: str) -> bool:
    """Return whether a content type is that of JSON, in any case and with any parameters but another character set."""
    header = Message()
    header[CONTENT_TYPE] = content_type
    charset = header.get_content_charset("utf-8")
    return header.get_content_type() == JSON and charset in {"utf-8", "us-ascii"}


def is_text(value: object) -> bool:
    """Return whether all strings in a JSON value can be encoded; half of a surrogate pair cannot."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _with_body(event: Event, body: str | None) -> Event:
    """Return the request with a body as JSON by the name of the type that the framework knows."""
    return {
        **event,
        "headers": _without_type(event.get("headers")) | {CONTENT_TYPE: JSON},
        "multiValueHeaders": _without_type(event.get("multiValueHeaders")) | {CONTENT_TYPE: [JSON]},
        "body": body,
        "isBase64Encoded": False,
    }


def _without_type(headers: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (headers or {}).items() if name.lower() != CONTENT_TYPE}


def _few_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_FIELDS:
        message = f"body: an object has {len(pairs):,} fields; the limit is {MAX_FIELDS}"
        raise UnreadableError(HTTPStatus.BAD_REQUEST, message)
    return dict(pairs)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
