"""Serve the deployed REST API: find the method for a request, and build its proxy event (payload version 1)."""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from localcloud.front.authorizer import COGNITO, Authorizer
from localcloud.front.http import Request, Response
from localcloud.runtime import Outcome, Throttled
from localcloud.runtime.function import MAX_EVENT
from localcloud.world import ACCOUNT, World

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localcloud.pump.mapping import Invoke

MAX_BODY = 10 * 1024 * 1024
INTEGRATION_SECONDS = 29.0


@dataclass(frozen=True)
class Method:
    """A method of a path, and the function that answers it (None for a mock, whose response is `mock`)."""

    http_method: str
    path: str
    resource_id: str
    function: str | None
    mock: Response | None
    authorizer: Authorizer | None = None
    scopes: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, int, int]:
        """Sort key: fixed paths before parameters, parameters before {proxy+}; an exact method before ANY."""
        return self.path.count("+}"), self.path.count("{"), int(self.http_method == "ANY")

    def parameters(self, path: str) -> dict[str, str] | None:
        """Return the path's parameters, or None if the path does not match."""
        pieces = re.split(r"(\{[^}]+\})", self.path)
        names = [piece.strip("{}+") for piece in pieces[1::2]]
        pattern = "".join(
            ("(.+)" if piece.endswith("+}") else "([^/]+)") if index % 2 else re.escape(piece)
            for index, piece in enumerate(pieces)
        )
        found = re.fullmatch(pattern, path)
        return dict(zip(names, map(unquote, found.groups()), strict=True)) if found else None


@dataclass(frozen=True)
class RestApi:
    """A deployed stage of a REST API."""

    identifier: str
    stage: str
    methods: tuple[Method, ...]
    binary: tuple[str, ...]
    gateway_responses: dict[str, dict[str, Any]]

    @classmethod
    def load(cls, world: World, identifier: str, stage: str) -> RestApi | None:
        """Read the deployed configuration; return None if there is no such stage."""
        client = world.client("apigateway")
        if stage not in [one["stageName"] for one in client.get_stages(restApiId=identifier)["item"]]:
            return None
        responses = client.get_gateway_responses(restApiId=identifier).get("items", [])
        return cls(
            identifier,
            stage,
            tuple(_methods(world, identifier)),
            tuple(client.get_rest_api(restApiId=identifier).get("binaryMediaTypes", [])),
            {response["responseType"]: response for response in responses},
        )

    def find(self, method: str, path: str) -> tuple[Method, dict[str, str]] | None:
        hits = [
            (candidate.rank, candidate, parameters)
            for candidate in self.methods
            if candidate.http_method in (method, "ANY")
            and (parameters := candidate.parameters(path)) is not None
        ]
        return min(hits, key=lambda hit: hit[0])[1:] if hits else None

    def is_binary(self, media_type: str | None) -> bool:
        wanted = (media_type or "").partition(";")[0].strip()
        return any(kind in ("*/*", wanted) for kind in self.binary)


def _methods(world: World, identifier: str) -> Iterable[Method]:
    client = world.client("apigateway")
    authorizers = {
        given["id"]: Authorizer.load(world, given)
        for given in client.get_authorizers(restApiId=identifier)["items"]
    }
    for resource in client.get_resources(restApiId=identifier, limit=500)["items"]:
        for method in resource.get("resourceMethods", {}):
            given = client.get_method(restApiId=identifier, resourceId=resource["id"], httpMethod=method)
            integration = given["methodIntegration"]
            mock = _mock(integration) if integration["type"] == "MOCK" else None
            arn = re.search(r"functions/(.+)/invocations", integration.get("uri") or "")
            authorizer = authorizers[given["authorizerId"]] if given["authorizationType"] == COGNITO else None
            scopes = tuple(given.get("authorizationScopes") or ())
            function = arn[1] if arn else None
            yield Method(method, resource["path"], resource["id"], function, mock, authorizer, scopes)


def _mock(integration: dict[str, Any]) -> Response:
    """Return a mock integration's response: its status and constant headers, as CORS preflights use them."""
    for status, response in integration.get("integrationResponses", {}).items():
        prefix = "method.response.header."
        given = response.get("responseParameters") or {}
        headers = {name.removeprefix(prefix).lower(): value.strip("'") for name, value in given.items()}
        return Response(int(status), headers)
    return Response(200)


# API Gateway does not let a template change this one, whichever limit was exceeded: its own or Lambda's.
_TOO_LARGE = Response(413, {"content-type": "application/json"}, b'{"message":"Request Too Long"}')


class Gateway:
    """Answers requests to a REST API by invoking its functions."""

    def __init__(self, world: World, invoke: Invoke) -> None:
        self._world, self._invoke = world, invoke
        self._workers = ThreadPoolExecutor(32, thread_name_prefix="gateway")

    def answer(self, api: RestApi, request: Request) -> Response:
        """Answer a request; `request.path` is relative to the stage."""
        found = api.find(request.method, request.path)
        if found is None:
            return _gateway_response(api, "MISSING_AUTHENTICATION_TOKEN", 403, "Missing Authentication Token")
        method, parameters = found
        if len(request.body) > MAX_BODY:
            return _TOO_LARGE
        claims = None
        if method.authorizer:
            claims = method.authorizer.claims(request, method.scopes)
            if claims is None:
                return _gateway_response(api, "UNAUTHORIZED", 401, "Unauthorized")
        if method.function is None:
            return method.mock or Response(500)
        event = json.dumps(self._event(api, method, parameters, request, claims)).encode()
        if len(event) > MAX_EVENT:
            return _TOO_LARGE
        work = self._workers.submit(self._invoke, method.function, event)
        try:
            return _response(api, work.result(INTEGRATION_SECONDS), request)
        except LateError:
            return _gateway_response(api, "INTEGRATION_TIMEOUT", 504, "Endpoint request timed out")
        except Throttled:
            return _gateway_response(api, "THROTTLED", 429, "Too Many Requests")

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _event(
        self,
        api: RestApi,
        method: Method,
        parameters: dict[str, str],
        request: Request,
        claims: dict[str, str] | None,
    ) -> dict[str, Any]:
        binary = api.is_binary(request.header("content-type"))
        body = base64.b64encode(request.body).decode() if binary else request.body.decode(errors="replace")
        query = parse_qsl(request.query, keep_blank_values=True)
        return {
            "resource": method.path,
            "path": request.path,
            "httpMethod": request.method,
            "headers": dict(request.headers) or None,
            "multiValueHeaders": _grouped(request.headers),
            "queryStringParameters": dict(query) or None,
            "multiValueQueryStringParameters": _grouped(query),
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": self._context(api, method, request, claims),
            "body": body or None,
            "isBase64Encoded": binary and bool(body),
        }

    def _context(
        self, api: RestApi, method: Method, request: Request, claims: dict[str, str] | None
    ) -> dict[str, Any]:
        now = time.time()
        return {
            "accountId": ACCOUNT,
            "apiId": api.identifier,
            "domainName": f"{api.identifier}.execute-api.{self._world.region}.amazonaws.com",
            "domainPrefix": api.identifier,
            "extendedRequestId": str(uuid.uuid4()),
            "httpMethod": request.method,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": request.header("user-agent")},
            "path": f"/{api.stage}{request.path}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": method.resource_id,
            "resourcePath": method.path,
            "stage": api.stage,
            **({} if claims is None else {"authorizer": {"claims": claims}}),
        }


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]] | None:
    grouped: dict[str, list[str]] = {}
    for key, value in pairs:
        grouped.setdefault(key, []).append(value)
    return grouped or None


def _response(api: RestApi, outcome: Outcome, request: Request) -> Response:
    """Convert a function's answer to a response; as in API Gateway, a malformed answer becomes a 502."""
    answer: Any = None if outcome.failed else json.loads(outcome.payload)
    try:
        headers = {key.lower(): str(value) for key, value in (answer.get("headers") or {}).items()}
        for key, values in (answer.get("multiValueHeaders") or {}).items():
            headers[key.lower()] = ",".join(map(str, values))
        headers.setdefault("content-type", "application/json")
        body = (answer.get("body") or "").encode()
        # Without a matching binary media type, API Gateway sends base64 text without decoding it.
        if answer.get("isBase64Encoded") and (api.is_binary(request.header("accept")) or "*/*" in api.binary):
            body = base64.b64decode(body)
        return Response(int(answer["statusCode"]), headers, body)
    except (AttributeError, KeyError, TypeError, ValueError):
        return _gateway_response(api, "INTEGRATION_FAILURE", 502, "Internal server error")


def _gateway_response(api: RestApi, kind: str, status: int, message: str) -> Response:
    """Return a response of the gateway itself, with the changes that the template makes to it."""
    default = "DEFAULT_5XX" if status >= 500 else "DEFAULT_4XX"
    given = api.gateway_responses.get(kind) or api.gateway_responses.get(default) or {}
    headers = {
        name.removeprefix("gatewayresponse.header.").lower(): value.strip("'")
        for name, value in (given.get("responseParameters") or {}).items()
    }
    template = (given.get("responseTemplates") or {}).get(
        "application/json", '{"message":$context.error.messageString}'
    )
    text = template.replace("$context.error.messageString", json.dumps(message))
    text = text.replace("$context.error.message", message).replace("$context.requestId", str(uuid.uuid4()))
    text = text.replace("$context.error.responseType", kind)
    return Response(
        int(given.get("statusCode") or status), {"content-type": "application/json", **headers}, text.encode()
    )
