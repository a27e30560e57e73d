"""Handle in front of moto's server what is easier to mend on the wire than inside moto."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from localcloud.gaps.emulator import current

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANSWERS_PATH = "/_localcloud/answers/"
dynamodb_lock = threading.Lock()
"""Held by whoever reads or changes tables and their streams."""


def custom_resource_answers(app: WSGIApplication) -> WSGIApplication:
    """Accept the answers that providers of custom resources PUT (to S3 on AWS)."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(ANSWERS_PATH):
            return app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        current().answers[path.removeprefix(ANSWERS_PATH)] = json.loads(body)
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    return call


def dynamodb_one_at_a_time(app: WSGIApplication) -> WSGIApplication:
    """Gap: moto's conditional writes read, then write, so two threads at once can both win a claim.

    A stream's reader, too, would see a record that is being added or forgotten.
    """

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB"):
            return app(environ, start_response)
        with dynamodb_lock:
            return list(app(environ, start_response))

    return call


def s3_bodies_as_they_are(app: WSGIApplication) -> WSGIApplication:
    """Gap: moto parses a PUT whose content type is a form (curl's default) as one, and stores an empty object."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        if form and environ["REQUEST_METHOD"] == "PUT":
            environ["CONTENT_TYPE"] = "binary/octet-stream"
        return app(environ, start_response)

    return call


def no_trail(app: WSGIApplication) -> WSGIApplication:
    """Gap: CloudTrail's LookupEvents answers HTTP 500, and the CDK CLI retries for half a minute when a deployment fails."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not environ.get("HTTP_X_AMZ_TARGET", "").endswith("CloudTrail_20131101.LookupEvents"):
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", "13")])
        return [b'{"Events":[]}']

    return call


def refuse(start_response: StartResponse, status: str, code: str, message: str) -> Iterable[bytes]:
    """Send an error in S3's format."""
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode()
    headers: list[tuple[str, str]] = [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    start_response(status, headers)
    return [body]
