"""Schemathesis sends what the API's description allows, and what it forbids, to every route.

Every answer has to be one that the description has; none may be a failure of the service. The requests are the same in
every run. `nox -s fuzz` sends many more.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.wrappers import Request, Response

from api.test_contract import CONTRACT
from simulator.world import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis import Case, GenerationMode
    from schemathesis.schemas import BaseSchema

    from api.conftest import Service

# An environment that is older than the lock lacks it; in continuous integration, where a skip fails, it is there.
schemathesis = pytest.importorskip("schemathesis")
checks = pytest.importorskip("schemathesis.specs.openapi.checks")

SEQUENCE = "ACGTTGCATCCATTGCAGGATCCAGGTTTACGG"


def operations() -> Iterator[Any]:
    """Yield each route with each kind of request that there can be of it."""
    description = json.loads((CONTRACT / "openapi.json").read_text(encoding="utf-8"))
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(
                path, method, schemathesis.GenerationMode.POSITIVE, id=f"{method} {path}, allowed"
            )
            if operation.get("parameters") or operation.get("requestBody"):
                yield pytest.param(
                    path, method, schemathesis.GenerationMode.NEGATIVE, id=f"{method} {path}, forbidden"
                )


def as_event(request: Request) -> dict[str, Any]:
    """Return a request as API Gateway hands it to the function."""
    path = request.path.removeprefix("/api") or "/"
    headers = dict(request.headers)
    parameters = request.args.to_dict(flat=False)
    body = request.get_data()
    return {
        "resource": path,
        "httpMethod": request.method,
        "path": path,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in parameters.items()} or None,
        "multiValueQueryStringParameters": parameters or None,
        "requestContext": {
            "path": f"/api{path}",
            "stage": "api",
            "httpMethod": request.method,
            "resourcePath": path,
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


@pytest.fixture
def ids(service: Service) -> dict[str, str]:
    """Return what is there: a genome, and a job that is complete."""
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    return {"job_id": job_id, "genome": "phage"}


@pytest.fixture
def schema(service: Service) -> BaseSchema:
    @Request.application
    def serve(request: Request) -> Response:
        answer = service.handler(as_event(request), CONTEXT)
        headers = [(name, one) for name, values in answer["multiValueHeaders"].items() for one in values]
        return Response(answer["body"] or "", status=answer["statusCode"], headers=headers)

    loaded: BaseSchema = schemathesis.openapi.from_wsgi("/api/openapi.json", serve)
    return loaded


@pytest.mark.parametrize(("path", "method", "mode"), tuple(operations()))
def test_every_answer_is_described(
    schema: BaseSchema,
    ids: dict[str, str],
    path: str,
    method: str,
    mode: GenerationMode,
    request: pytest.FixtureRequest,
) -> None:
    asked = 0

    @settings(
        max_examples=request.config.getoption("--examples"),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=schema[path][method].as_strategy(generation_mode=mode), known=st.booleans())
    def ask(case: Case[Any], known: bool) -> None:
        nonlocal asked
        if known and mode is schemathesis.GenerationMode.POSITIVE:
            case.path_parameters.update(
                {name: ids[name] for name in ids.keys() & case.path_parameters.keys()}
            )
        # A query has to be DNA, which no description can say.
        case.call_and_validate(excluded_checks=[checks.positive_data_acceptance])
        asked += 1

    ask()
    assert asked
