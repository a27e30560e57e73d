"""Answer errors with problem details (RFC 9457); one table maps exceptions to statuses."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from crackling_lambdas.api.views import FieldError, Problem
from crackling_lambdas.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    LimitError,
    NotFoundError,
    NotYetError,
    RefusedError,
    TooLargeError,
    UpstreamError,
)
from crackling_lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver
    from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError

    from crackling_lambdas.runtime.entry import Answer

MEDIA_TYPE = "application/problem+json"
# Lambda fails instead of sending a larger answer. It counts the answer's JSON, in which quotes and line ends are escaped.
ANSWER_BYTES = 6 * 1024 * 1024
RETRY_SECONDS = "2"  # as often as the progress of a list is written
SHOWN_ERRORS = 20  # of a request; the others are counted
SHOWN_LETTERS = 100  # of the name of a field, which may be anything
OWN = "Value error, "  # pydantic's prefix for messages of the models' own rules
STATUS: dict[type[RefusedError], HTTPStatus] = {
    InvalidError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    ForbiddenError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    GoneError: HTTPStatus.GONE,
    ConflictError: HTTPStatus.CONFLICT,
    LimitError: HTTPStatus.TOO_MANY_REQUESTS,
    UpstreamError: HTTPStatus.BAD_GATEWAY,
    NotYetError: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem(status: HTTPStatus, detail: str, errors: list[FieldError] | None = None) -> Response[str]:
    view = Problem(title=status.phrase, status=status, detail=detail, errors=errors)
    return Response(status, MEDIA_TYPE, view.model_dump_json(exclude_none=True))


def fitting(answer: Answer) -> Answer:
    """Return an answer of the API, or a problem instead if Lambda would not carry it."""
    # API Gateway documents a string; the framework sends null where there is no body.
    answer["body"] = answer["body"] or ""
    # In JSON a letter takes at most six times its bytes.
    if 6 * len(answer["body"]) <= ANSWER_BYTES or len(json.dumps(answer)) <= ANSWER_BYTES:
        return answer
    detail = "The answer is larger than 6 MB; ask for less, for example with a smaller limit"
    return as_answer(problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail))


def as_answer(response: Response[str]) -> Answer:
    """Return a problem in the form of API Gateway, for requests that do not reach the framework."""
    return {
        "statusCode": response.status_code,
        "body": response.body,
        "multiValueHeaders": {"Content-Type": [MEDIA_TYPE]},
        "isBase64Encoded": False,
    }


def answer_errors(app: APIGatewayRestResolver) -> None:
    """Answer every error of the routes as a problem."""

    def no_route(_error: NoRouteError) -> Response[str]:
        event = app.current_event
        return problem(HTTPStatus.NOT_FOUND, f"There is nothing for {event.http_method} {event.path}")

    app.not_found(no_route)
    app.exception_handler(list(STATUS))(refused)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(Exception)(broken)


def refused(error: RefusedError) -> Response[str]:
    status = STATUS[type(error)]
    if isinstance(error, NotYetError):
        answer = problem(status, str(error))
        answer.headers["Retry-After"] = RETRY_SECONDS
        return answer
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.warning("A request failed upstream", extra={"reason": str(error)})
        count("UpstreamFailures")
    answer = problem(status, str(error))
    if isinstance(error, LimitError):
        answer.headers["Retry-After"] = str(error.retry_after)
        count("RequestsOverCap")
    return answer


def invalid(error: RequestValidationError) -> Response[str]:
    found = error.errors()
    if (
        found[0]["loc"][0] == "response"
    ):  # Powertools raises the same for an answer that does not fit its view
        return broken(error)
    errors = [
        FieldError(_shown(".".join(map(str, part["loc"]))), _shown(part["msg"].removeprefix(OWN)))
        for part in found[:SHOWN_ERRORS]
    ]
    detail = "; ".join(f"{part.field}: {part.message}" for part in errors)
    if len(found) > SHOWN_ERRORS:
        detail += f"; and {len(found) - SHOWN_ERRORS:,} more"
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN_LETTERS else f"{text[: SHOWN_LETTERS - 1]}…"


def broken(_error: Exception) -> Response[str]:
    logger.exception("A request failed")
    detail = "The service failed. Try again; if that fails too, report the time and the address."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
