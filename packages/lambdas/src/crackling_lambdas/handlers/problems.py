"""Errors as answers: RFC 9457 problem details, from one table of exception and status."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)

from crackling_lambdas.handlers.entry import logger
from crackling_lambdas.handlers.views import FieldError, Problem
from crackling_lambdas.logic.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    RefusedError,
    TooLargeError,
)

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

MEDIA_TYPE = "application/problem+json"
STATUS: dict[type[RefusedError], HTTPStatus] = {
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
}


def problem(status: HTTPStatus, detail: str, errors: list[FieldError] | None = None) -> Response[str]:
    view = Problem(title=status.phrase, status=status, detail=detail, errors=errors)
    return Response(status, MEDIA_TYPE, view.model_dump_json(exclude_none=True))


def answer_errors(app: APIGatewayRestResolver) -> None:
    """Answer every error of the routes as a problem."""

    def no_route(_error: NoRouteError) -> Response[str]:
        path = app.current_event.path
        if methods := allowed_methods(app, path):
            answer = problem(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {', '.join(methods)}")
            answer.headers["Allow"] = ", ".join(methods)
            return answer
        return problem(HTTPStatus.NOT_FOUND, f"There is nothing at {path}")

    app.not_found(no_route)
    app.exception_handler(list(STATUS))(refused)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(RequestUnsupportedContentType)(unsupported)
    app.exception_handler(Exception)(broken)


def refused(error: RefusedError) -> Response[str]:
    return problem(STATUS[type(error)], str(error))


def invalid(error: RequestValidationError) -> Response[str]:
    found = error.errors()
    if (
        found[0]["loc"][0] == "response"
    ):  # Powertools raises the same for an answer that does not fit its view
        return broken(error)
    errors = [FieldError(".".join(map(str, part["loc"])), part["msg"]) for part in found]
    malformed = found[0]["type"] == "json_invalid"
    status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.UNPROCESSABLE_ENTITY
    return problem(status, "; ".join(f"{part.field}: {part.message}" for part in errors), errors)


def unsupported(_error: RequestUnsupportedContentType) -> Response[str]:
    return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json")


def broken(_error: Exception) -> Response[str]:
    logger.exception("A request failed")
    detail = "The service failed. Try again; if that fails too, report the time and the address."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def allowed_methods(app: APIGatewayRestResolver, path: str) -> list[str]:
    """The methods that a path takes; none if it is not a path of the API."""
    routes = app._static_routes + app._dynamic_routes  # noqa: SLF001 - Powertools has no public list of its routes
    return sorted({route.method for route in routes if route.rule.match(path)})
