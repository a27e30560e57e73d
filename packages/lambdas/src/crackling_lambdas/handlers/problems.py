"""Errors as answers: RFC 9457 problem details, from one table of exception and status."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
    ResponseValidationError,
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

    @app.exception_handler(list(STATUS))
    def refused(error: RefusedError) -> Response[str]:
        return problem(STATUS[type(error)], str(error))

    @app.exception_handler(RequestValidationError)
    def invalid(error: RequestValidationError) -> Response[str]:
        errors = [FieldError(".".join(map(str, found["loc"])), found["msg"]) for found in error.errors()]
        malformed = any(found["type"] == "json_invalid" for found in error.errors())
        status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.UNPROCESSABLE_ENTITY
        return problem(status, "; ".join(f"{found.field}: {found.message}" for found in errors), errors)

    @app.exception_handler(RequestUnsupportedContentType)
    def unsupported(_error: RequestUnsupportedContentType) -> Response[str]:
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json")

    @app.not_found
    def no_route(_error: NoRouteError) -> Response[str]:
        path = app.current_event.path
        if methods := allowed_methods(app, path):
            answer = problem(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} takes {', '.join(methods)}")
            answer.headers["Allow"] = ", ".join(methods)
            return answer
        return problem(HTTPStatus.NOT_FOUND, f"There is nothing at {path}")

    @app.exception_handler([ResponseValidationError, Exception])
    def broken(_error: Exception) -> Response[str]:
        logger.exception("A request failed")
        detail = "The service failed. Try again; if that fails too, report the time and the address."
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def allowed_methods(app: APIGatewayRestResolver, path: str) -> list[str]:
    """The methods that a path takes; none if it is not a path of the API."""
    routes = app._static_routes + app._dynamic_routes  # noqa: SLF001 - Powertools has no public list of its routes
    return sorted({route.method for route in routes if route.rule.match(path)})
