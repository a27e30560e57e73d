"""The description of the API, served at /openapi.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_lambdas.handlers.problems import MEDIA_TYPE
from crackling_lambdas.handlers.views import Problem

if TYPE_CHECKING:
    from http import HTTPStatus

    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

TITLE = "Crackling Cloud"
VERSION = "1"
DESCRIPTION = "Designs CRISPR-Cas9 guide RNAs against any genome. Every error is a problem (RFC 9457)."


def describe(app: APIGatewayRestResolver) -> str:
    return app.get_openapi_json_schema(title=TITLE, version=VERSION, description=DESCRIPTION)


def problems(*statuses: HTTPStatus) -> dict[int, OpenAPIResponse]:
    """The responses of a route that refuses with these statuses."""
    return {
        int(status): {"description": status.phrase, "content": {MEDIA_TYPE: {"model": Problem}}}
        for status in statuses
    }
