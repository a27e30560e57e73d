"""Describe the API for /openapi.json."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler.openapi.models import Server

from crackling_lambdas.api.problems import MEDIA_TYPE
from crackling_lambdas.api.views import Problem

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse
    from pydantic import BaseModel

PATH = "/openapi.json"
TITLE = "Crackling Cloud"
VERSION = "1"
EVERYWHERE = (
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.SEE_OTHER)
DESCRIPTION = "Designs CRISPR-Cas9 guide RNAs against any genome. Every error is a problem (RFC 9457)."


def describe(app: APIGatewayRestResolver) -> str:
    """Return the description, with the address that the API was asked at: its stage on the host of this document."""
    address = app.current_event.request_context.path.removesuffix(PATH) or "/"
    described = json.loads(
        app.get_openapi_json_schema(
            title=TITLE, version=VERSION, description=DESCRIPTION, servers=[Server(url=address)]
        )
    )
    # Powertools gives every success a body.
    for operations in described["paths"].values():
        for operation in operations.values():
            for status in WITHOUT_BODY:
                operation["responses"].get(str(int(status)), {}).pop("content", None)
    return json.dumps(described)


def answers(
    success: HTTPStatus, model: type[BaseModel] | None, *refusals: HTTPStatus
) -> dict[int, OpenAPIResponse]:
    """Return the responses of a route: its success, its own refusals, and those that every route can give."""
    done: OpenAPIResponse = {"description": success.phrase}
    if model is not None:
        done["content"] = {"application/json": {"model": model}}
    return {int(success): done} | {int(status): problem(status) for status in (*refusals, *EVERYWHERE)}


def problem(status: HTTPStatus) -> OpenAPIResponse:
    return {"description": status.phrase, "content": {MEDIA_TYPE: {"model": Problem}}}
