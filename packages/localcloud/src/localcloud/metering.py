"""Count what functions request from AWS, in the units of the bill; moto's own figures of consumed capacity are constants.

Not counted: queries and scans of tables, and the requests that Lambda's pollers make on a function's behalf.
"""

from __future__ import annotations

import io
import json
import math
import re
import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends

from localcloud.gaps.emulator import current
from localcloud.iam.principals import principal_of
from localcloud.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/\d+/[^/]+/([a-z0-9-]+)/")  # the access key and the service
_WRITE_BYTES, _READ_BYTES = 1024, 4096
_TRANSACTION = 2  # DynamoDB writes the items of a transaction twice: to prepare and to commit
_WRITES = ("PutItem", "UpdateItem", "DeleteItem")


class Charge(StrEnum):
    """The units that AWS charges for."""

    DYNAMODB_WRITE = "DynamoDB write request unit"
    DYNAMODB_READ = "DynamoDB read request unit"
    S3_WRITE = "S3 PUT, POST or LIST request"
    S3_READ = "S3 GET or HEAD request"
    SQS = "SQS request"

    @property
    def service(self) -> str:
        return self.value.split()[0]


@dataclass(frozen=True)
class Usage:
    """A request by a function: what is charged, how much of it, and how many messages it sent."""

    function: str
    operation: str
    charge: Charge
    units: float
    messages: int = 0


_usage: list[Usage] = []
_lock = threading.Lock()


def usage() -> list[Usage]:
    """Return every charged request by a function so far."""
    with _lock:
        return list(_usage)


def forget_all() -> None:
    with _lock:
        _usage.clear()


def meter(app: WSGIApplication) -> WSGIApplication:
    """Count the requests that are signed by a function."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        signed = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        principal = principal_of(signed[1]) if signed else None
        if signed is None or principal is None:
            return app(environ, start_response)
        service, operation = signed[2], environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        given = _body(environ) if operation else {}
        sizes = _written(operation, given) if service == "dynamodb" else []
        answer = app(environ, start_response)
        if service != "s3":
            answer = list(answer)  # what is written is counted below; an object is read block by block
        counted = list(_charges(environ, service, operation, given, sizes))
        with _lock:
            _usage.extend(Usage(principal.name, *one) for one in counted)
        return answer

    return call


def _body(environ: WSGIEnvironment) -> dict[str, Any]:
    content = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(content)
    given = json.loads(content or b"{}")
    return given if isinstance(given, dict) else {}


def _charges(
    environ: WSGIEnvironment, service: str, operation: str, given: dict[str, Any], before: list[int]
) -> Iterator[tuple[str, Charge, float, int]]:
    if service == "dynamodb":
        if operation in (*_WRITES, "TransactWriteItems"):
            times = float(_TRANSACTION if operation == "TransactWriteItems" else 1)
            # The larger of an item's sizes before and after the write counts, whichever part of it changed.
            sizes = map(max, zip(before, _written(operation, given), strict=True))
            units = sum(max(1, math.ceil(size / _WRITE_BYTES)) for size in sizes)
            yield operation, Charge.DYNAMODB_WRITE, times * units, 0
        elif operation == "GetItem":
            size = _stored(given["TableName"], given["Key"])
            reads = max(1, math.ceil(size / _READ_BYTES)) * (1 if given.get("ConsistentRead") else 0.5)
            yield operation, Charge.DYNAMODB_READ, reads, 0
    elif service == "sqs":
        yield operation, Charge.SQS, 1, len(given.get("Entries", [None]))
    elif service == "s3":
        yield from _s3(environ["REQUEST_METHOD"], environ.get("QUERY_STRING", ""))


def _s3(method: str, query: str) -> Iterator[tuple[str, Charge, float, int]]:
    lists = method == "GET" and "list-type=" in query
    if method in ("PUT", "POST") or lists:
        yield "List" if lists else method.title(), Charge.S3_WRITE, 1, 0
    elif method in ("GET", "HEAD"):
        yield method.title(), Charge.S3_READ, 1, 0


def _written(operation: str, given: dict[str, Any]) -> list[int]:
    """Return the current sizes of the items that a request writes."""
    if operation == "TransactWriteItems":
        parts = [(f"{kind}Item", part) for item in given["TransactItems"] for kind, part in item.items()]
        return [size for kind, part in parts for size in _written(kind, part)]
    if operation == "PutItem":
        return [item_bytes(given["Item"])]
    return [_stored(given["TableName"], given["Key"])] if operation in _WRITES else []


def _stored(table: str, key: Mapping[str, Any]) -> int:
    item = dynamodb_backends[ACCOUNT][current().world.region].get_item(table, dict(key))
    return item_bytes(item.to_json()["Attributes"]) if item else 0


def item_bytes(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Return an item's size by DynamoDB's rules, from its attributes in DynamoDB's notation."""
    return sum(
        len(name.encode()) + _value_bytes(kind, value)
        for name, attribute in item.items()
        for kind, value in attribute.items()
    )


def _value_bytes(kind: str, value: Any) -> int:  # noqa: ANN401 - any attribute
    match kind:
        case "S":
            return len(value.encode())
        case "B":
            return len(value) if isinstance(value, bytes) else len(value.rstrip("=")) * 3 // 4
        case "N":
            return (len(value.lstrip("-").replace(".", "")) + 1) // 2 + 1
        case "SS" | "NS" | "BS":
            return sum(_value_bytes(kind[0], one) for one in value)
        case "L":  # three bytes, and one per element
            return 3 + sum(1 + _value_bytes(*only) for one in value for only in one.items())
        case "M":
            return 3 + len(value) + item_bytes(value)
        case _:  # BOOL, NULL
            return 1
