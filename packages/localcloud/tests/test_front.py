"""Test the routing of the REST API and the distribution's rules, without a server."""

from __future__ import annotations

import base64
import json
import threading
import urllib.error
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from localcloud.front import FrontDoor, rest
from localcloud.front.distribution import Distribution, Origin, parse
from localcloud.front.edge import EdgeError
from localcloud.front.http import Request, Response
from localcloud.front.rest import Gateway, Method, RestApi
from localcloud.runtime import Outcome, Throttled
from localcloud.runtime.function import MAX_EVENT
from localcloud.world import World

WORLD = World("http://localhost:1", "us-east-1")
PREFLIGHT = Response(204, {"access-control-allow-origin": "*"})
API = RestApi(
    "abc", "api",
    tuple(Method(verb, path, path, path, PREFLIGHT if verb == "OPTIONS" else None) for verb, path in [
        ("POST", "/jobs"), ("GET", "/jobs/{id}"), ("GET", "/jobs/latest"), ("ANY", "/jobs/{id}/{rest+}")]),
    (), {},
)  # fmt: skip
DISABLED, ALL_VIEWER = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "b689b0a8-53d0-40ab-baf2-68738e2966ac"
CONFIG: dict[str, Any] = {
    "DefaultRootObject": "index.html",
    "Origins": [{"Id": "page", "DomainName": "page.s3.amazonaws.com", "OriginAccessControlId": "oac"},
                {"Id": "api", "DomainName": "abc.execute-api.us-east-1.amazonaws.com", "OriginPath": ""}],
    "DefaultCacheBehavior": {"TargetOriginId": "page", "CachePolicyId": DISABLED, "ResponseHeadersPolicyId": "h"},
    "CacheBehaviors": [{"PathPattern": "/api/*", "TargetOriginId": "api", "CachePolicyId": DISABLED,
                        "OriginRequestPolicyId": ALL_VIEWER, "AllowedMethods": ["GET", "HEAD", "POST", "OPTIONS"]}],
    "CustomErrorResponses": [{"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": 200}],
}  # fmt: skip
POLICIES = {"h": {"ResponseHeadersPolicyConfig": {
    "SecurityHeadersConfig": {
        "ContentSecurityPolicy": {"ContentSecurityPolicy": "default-src 'self'", "Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": False},
        "StrictTransportSecurity": {"AccessControlMaxAgeSec": 60, "IncludeSubdomains": True, "Override": True}},
    "CustomHeadersConfig": {"Items": [{"Header": "X-Own", "Value": "1", "Override": True}]}}}}  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("POST", "/jobs", ("/jobs", {})),
        ("GET", "/jobs/7", ("/jobs/{id}", {"id": "7"})),
        ("GET", "/jobs/latest", ("/jobs/latest", {})),
        ("GET", "/jobs/a%20b", ("/jobs/{id}", {"id": "a b"})),
        ("DELETE", "/jobs/7/x/y", ("/jobs/{id}/{rest+}", {"id": "7", "rest": "x/y"})),
        ("GET", "/jobs", None),
        ("GET", "/other", None),
    ],
)
def test_routes(method: str, path: str, expected: tuple[str, dict[str, str]] | None) -> None:
    found = API.find(method, path)
    assert (found and (found[0].path, found[1])) == expected


def answer(
    response: Any, request: Request, api: RestApi = API, failed: bool = False
) -> tuple[Response, dict[str, Any]]:
    events: list[dict[str, Any]] = []

    def invoke(_function: str, event: bytes) -> Outcome:
        events.append(json.loads(event))
        return Outcome(json.dumps(response).encode(), failed, "", "id")

    return Gateway(WORLD, invoke).answer(api, request), events[0] if events else {}


def get(path: str = "/jobs/7", query: str = "", **headers: str) -> Request:
    return Request("GET", path, query, tuple(headers.items()))


def test_proxy_event() -> None:
    request = get(query="limit=5&tag=a&tag=b%20c", Accept="text/plain")
    response, event = answer({"statusCode": 200, "body": "hi", "headers": {"X-Y": 1}}, request)
    assert (event["resource"], event["path"]) == ("/jobs/{id}", "/jobs/7")
    assert event["pathParameters"] == {"id": "7"}
    assert event["queryStringParameters"] == {"limit": "5", "tag": "b c"}
    assert event["multiValueQueryStringParameters"]["tag"] == ["a", "b c"]
    assert event["requestContext"]["path"] == "/api/jobs/7"
    assert (response.status, response.body, response.headers["x-y"]) == (200, b"hi", "1")


@pytest.mark.parametrize(
    "response", [None, "text", {}, {"statusCode": "no"}, {"statusCode": 200, "body": {"a": 1}}]
)
def test_malformed_answers_are_bad_gateways(response: Any) -> None:
    assert answer(response, get())[0].status == 502


def test_failed_function_is_a_bad_gateway() -> None:
    assert answer({"errorMessage": "x"}, get(), failed=True)[0].status == 502


def test_base64_needs_a_binary_media_type() -> None:
    packed = {"statusCode": 200, "body": base64.b64encode(b"\x1f\x8b").decode(), "isBase64Encoded": True}
    assert answer(packed, get(accept="application/gzip"))[0].body == b"H4s="
    binary = replace(API, binary=("application/gzip",))
    assert answer(packed, get(accept="application/gzip"), binary)[0].body == b"\x1f\x8b"


def test_gateway_answers_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    titled = {"statusCode": "404", "responseTemplates": {"application/json": '{"title": $context.error.messageString}'},
              "responseParameters": {"gatewayresponse.header.X-Own": "'1'"}}  # fmt: skip
    api = replace(API, gateway_responses={"MISSING_AUTHENTICATION_TOKEN": titled})
    assert answer({}, get("/other"))[0].status == 403
    changed = answer({}, get("/other"), api)[0]
    assert (changed.status, changed.headers["x-own"]) == (404, "1")
    assert json.loads(changed.body) == {"title": "Missing Authentication Token"}

    def throttled(*_: Any) -> Outcome:
        raise Throttled

    assert Gateway(WORLD, throttled).answer(API, get()).status == 429
    monkeypatch.setattr(rest, "INTEGRATION_SECONDS", 0.1)
    late = threading.Event()

    def too_late(*_: Any) -> Outcome:
        late.wait(5)
        return Outcome(b"{}", False, "", "id")

    assert Gateway(WORLD, too_late).answer(API, get()).status == 504
    late.set()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (MAX_EVENT - 5_000), 200),
        (b"x" * (MAX_EVENT + 1), 413),
        (b'"' * (MAX_EVENT // 2), 413),  # in the event, each is escaped
        (b"x" * (rest.MAX_BODY + 1), 413),
    ],
)
def test_requests_beyond_the_limit_of_the_gateway_or_of_lambda(body: bytes, status: int) -> None:
    own = {"statusCode": "413", "responseTemplates": {"application/json": '{"title": "ours"}'}}
    api = replace(API, gateway_responses={"REQUEST_TOO_LARGE": own, "DEFAULT_4XX": own})
    response = answer({"statusCode": 200}, replace(get(), body=body), api)[0]
    assert response.status == status
    if status == 413:
        assert json.loads(response.body) == {"message": "Request Too Long"}


def serve(
    path: str, method: str = "GET", query: str = "", config: dict[str, Any] = CONFIG
) -> tuple[Response, list[Any]]:
    asked: list[tuple[str, str, str]] = []

    def fetch(origin: Origin, request: Request) -> Response:
        asked.append((origin.identifier, request.path, request.query))
        if origin.identifier == "page" and request.path != "/index.html":
            return Response(403)
        return Response(200, {"x-frame-options": "SAMEORIGIN"}, b"body")

    distribution: Distribution = parse("E1", config, POLICIES)
    return distribution.serve(Request(method, path, query, ()), fetch), asked


def test_behaviours() -> None:
    assert serve("/")[1] == [("page", "/index.html", "")]
    assert serve("/api/jobs", query="a=1")[1] == [("api", "/api/jobs", "a=1")]
    assert serve("/index.html", query="a=1")[1] == [("page", "/index.html", "")]


def test_query_is_lost_without_a_policy_that_passes_it() -> None:
    behavior = {**CONFIG["CacheBehaviors"][0], "OriginRequestPolicyId": ""}
    assert serve("/api/jobs", query="a=1", config={**CONFIG, "CacheBehaviors": [behavior]})[1] == [
        ("api", "/api/jobs", "")
    ]


def test_methods_that_are_not_allowed() -> None:
    assert serve("/index.html", "POST")[0].status == 403
    assert serve("/api/jobs", "DELETE")[0].status == 403


def test_error_page() -> None:
    response, asked = serve("/deep/link")
    assert (response.status, response.body) == (200, b"body")
    assert asked[-1] == ("page", "/index.html", "")


PATHS = """
function handler(event) {
  const request = event.request;
  if (request.uri === "/old") return { statusCode: 302, headers: { location: { value: "/new" } } };
  if (request.uri === "/broken") throw new Error("broken on purpose");
  if (request.uri === "/curious") return { statusCode: 200, body: String(typeof require) };
  request.uri = request.uri.replace("/a/", "/b/");
  return request;
}
"""


def with_function(event: str = "viewer-request") -> tuple[dict[str, Any], dict[str, Any]]:
    association = {"EventType": event, "FunctionARN": "arn:paths"}
    default = {**CONFIG["DefaultCacheBehavior"], "FunctionAssociations": [association]}
    return {**CONFIG, "DefaultCacheBehavior": default}, {**POLICIES, "arn:paths": {"FunctionCode": PATHS}}


def serve_with_function(path: str) -> tuple[Response, list[str]]:
    asked: list[str] = []

    def fetch(_: Origin, request: Request) -> Response:
        asked.append(request.path)
        return Response(200, {}, b"body")

    distribution = parse("E1", *with_function())
    return distribution.serve(Request("GET", path, "", ()), fetch), asked


def test_a_function_sees_the_requests_of_its_behaviour_only() -> None:
    assert serve_with_function("/a/file.js")[1] == ["/b/file.js"]
    assert serve_with_function("/")[1] == ["/index.html"]
    assert serve_with_function("/api/a/jobs")[1] == ["/api/a/jobs"]


def test_a_function_may_answer_by_itself() -> None:
    response, asked = serve_with_function("/old")
    assert (response.status, response.headers["location"], asked) == (302, "/new", [])
    assert response.headers["x-own"] == "1"


def test_a_function_has_no_modules_of_node() -> None:
    assert serve_with_function("/curious")[0].body == b"undefined"


def test_a_function_that_fails_tells_why() -> None:
    with pytest.raises(EdgeError, match="broken on purpose"):
        serve_with_function("/broken")


def test_functions_on_other_events_are_refused() -> None:
    with pytest.raises(ValueError, match="viewer-response are not emulated"):
        parse("E1", *with_function("viewer-response"))


def test_response_headers() -> None:
    headers = serve("/")[0].headers
    assert headers["content-security-policy"] == "default-src 'self'"
    assert headers["strict-transport-security"] == "max-age=60; includeSubDomains"
    assert headers["x-own"] == "1"
    assert headers["x-frame-options"] == "SAMEORIGIN"  # the policy does not override the origin's header


def test_what_the_distribution_adds_to_a_request_replaces_what_the_viewer_sent() -> None:
    page, api = CONFIG["Origins"]
    added = [{"HeaderName": "X-Key", "HeaderValue": "right"}]
    config = CONFIG | {"Origins": [page, api | {"OriginCustomHeaders": added}]}
    asked: list[Request] = []

    def fetch(_origin: Origin, request: Request) -> Response:
        asked.append(request)
        return Response(200)

    forged = (("x-key", "wrong"), ("X-Forwarded-For", "192.0.2.1"), ("accept", "*/*"))
    parse("E1", config, POLICIES).serve(Request("GET", "/api/jobs", "", forged), fetch)
    assert dict(asked[0].headers) == {
        "x-key": "right",
        "x-forwarded-for": "192.0.2.1, 127.0.0.1",
        "accept": "*/*",
    }
    assert len(asked[0].headers) == 3


class Broken:
    """A distribution whose functions have been stopped."""

    def serve(self, *_: object) -> Response:
        raise OSError("Bad file descriptor")


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])
def test_at_the_end_a_broken_answer_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    def status() -> int:
        with pytest.raises(urllib.error.HTTPError) as failure:
            urllib.request.urlopen(door.url, timeout=10)
        return failure.value.code

    distributions: list[Any] = [Broken()]
    door = FrontDoor(
        0, WORLD, lambda *_: None, generation=lambda: 0, distributions=lambda: distributions,  # type: ignore[arg-type]
        may_read=lambda *_: True,
    )  # fmt: skip
    door.start()
    try:
        assert status() == 500
        assert "Bad file descriptor" in caplog.text
        caplog.clear()
        door.expect_end()
        assert status() == 503
        assert caplog.text == ""
    finally:
        door.close()
