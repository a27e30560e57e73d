"""Serve requests as the deployed CloudFront distribution does: behaviours, origins, error responses and response headers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fnmatch import translate
from typing import TYPE_CHECKING, Any

from localcloud.front.edge import viewer_request
from localcloud.front.http import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localcloud.world import Properties

_NO_QUERY = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6": "CachingOptimized",
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "CachingDisabled",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": "CachingOptimizedForUncompressedObjects",
}
"""AWS's cache policies that pass no query string to the origin."""

_ALL_QUERY = {
    "216adef6-5c7f-47e4-b989-5492eafa07d3": "AllViewer",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": "AllViewerExceptHostHeader",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc": "AllViewerAndCloudFrontHeaders-2022-06",
}
"""AWS's origin request policies that pass the whole query string."""


VIEWER = "127.0.0.1"


@dataclass(frozen=True)
class Behavior:
    """Define how requests are handled whose path matches `pattern`."""

    pattern: re.Pattern[str]
    origin: str
    methods: frozenset[str]
    passes_query: bool
    headers: tuple[tuple[str, str, bool], ...]
    """Response headers: name, value, and whether it replaces the origin's header."""
    function: str = ""
    """The code of the function that sees each request first, if there is one."""


@dataclass(frozen=True)
class Origin:
    """An origin that answers requests of a distribution; `protected` means that it has an origin access control."""

    identifier: str
    domain: str
    path: str
    protected: bool
    distribution: str
    headers: tuple[tuple[str, str], ...] = ()
    """Headers that the distribution adds to requests, in place of a viewer's own."""


@dataclass(frozen=True)
class ErrorPage:
    """A rule that replaces an origin's response of `status` by `page` with the status `answer`."""

    status: int
    page: str
    answer: int


@dataclass(frozen=True)
class Distribution:
    """A distribution as the template describes it. `behaviors` are in order, the default one last."""

    identifier: str
    root: str
    behaviors: tuple[Behavior, ...]
    origins: tuple[Origin, ...]
    errors: tuple[ErrorPage, ...]

    def serve(self, request: Request, fetch: Callable[[Origin, Request], Response]) -> Response:
        """Answer a viewer's request; `fetch` sends a request to an origin."""
        behavior = self._behavior(request.path)
        response = self._answer(behavior, request, fetch)
        for name, value, overrides in behavior.headers:
            if overrides or name not in response.headers:
                response.headers[name] = value
        return response

    def _answer(
        self, behavior: Behavior, request: Request, fetch: Callable[[Origin, Request], Response]
    ) -> Response:
        if request.method not in behavior.methods:
            refusal = b"This distribution does not allow this method."
            return Response(403, {"content-type": "text/html"}, refusal)
        if behavior.function:
            answer = viewer_request(behavior.function, request.method, request.path)
            if isinstance(answer, Response):
                return answer
            request = replace(request, path=answer)
        if request.path == "/" and self.root:
            request = replace(request, path=f"/{self.root}")
        return self._error_page(self._fetch(behavior, request, fetch), fetch)

    def _behavior(self, path: str) -> Behavior:
        return next(behavior for behavior in self.behaviors if behavior.pattern.fullmatch(path))

    def _fetch(
        self, behavior: Behavior, request: Request, fetch: Callable[[Origin, Request], Response]
    ) -> Response:
        origin = next(origin for origin in self.origins if origin.identifier == behavior.origin)
        query = request.query if behavior.passes_query else ""
        added = (*origin.headers, ("x-forwarded-for", _forwarded_for(request)))
        names = {name for name, _ in added}
        kept = tuple(header for header in request.headers if header[0].lower() not in names)
        return fetch(
            origin,
            replace(request, path=origin.path + request.path, query=query, headers=(*kept, *added)),
        )

    def _error_page(self, response: Response, fetch: Callable[[Origin, Request], Response]) -> Response:
        error = next((error for error in self.errors if error.status == response.status), None)
        if error is None:
            return response
        page = self._fetch(self._behavior(error.page), Request("GET", error.page, "", ()), fetch)
        return Response(error.answer, page.headers, page.body) if page.status == 200 else response


def _forwarded_for(request: Request) -> str:
    """Return X-Forwarded-For as CloudFront sends it, with the viewer's address appended, which is this machine's."""
    given = [value for name, value in request.headers if name.lower() == "x-forwarded-for"]
    return ", ".join([*given, VIEWER])


def parse(identifier: str, config: Properties, policies: dict[str, Properties]) -> Distribution:
    """Create a distribution from the properties of AWS::CloudFront::Distribution.

    `policies` holds the properties of the deployed policies by id, and those of functions by ARN.
    """
    described = [*config.get("CacheBehaviors", []), {"PathPattern": "*", **config["DefaultCacheBehavior"]}]
    return Distribution(
        identifier,
        config.get("DefaultRootObject", "").lstrip("/"),
        tuple(_behavior(given, policies) for given in described),
        tuple(_origin(given, identifier) for given in config["Origins"]),
        tuple(_errors(config.get("CustomErrorResponses", []))),
    )


def _behavior(given: Properties, policies: dict[str, Properties]) -> Behavior:
    pattern = given["PathPattern"]
    path = pattern if pattern.startswith(("/", "*")) else f"/{pattern}"
    headers = policies.get(given.get("ResponseHeadersPolicyId", ""), {})
    return Behavior(
        re.compile(translate(path.replace("[", "[[]"))),
        given["TargetOriginId"],
        frozenset(given.get("AllowedMethods", ["GET", "HEAD"])),
        _passes_query(given, policies),
        tuple(_headers(headers.get("ResponseHeadersPolicyConfig", {}))),
        _function(given, policies),
    )


def _function(given: Properties, policies: dict[str, Properties]) -> str:
    """Return the code of the function on viewers' requests; the other events are not emulated."""
    for one in given.get("FunctionAssociations", []):
        if one["EventType"] != "viewer-request":
            raise ValueError(f"CloudFront Functions on {one['EventType']} are not emulated")
        return str(policies[one["FunctionARN"]]["FunctionCode"])
    return ""


def _passes_query(given: Properties, policies: dict[str, Properties]) -> bool:
    """Return whether the cache policy or the origin request policy passes the query string to the origin."""
    if legacy := given.get("ForwardedValues"):
        return bool(legacy.get("QueryString"))
    cache, request = given.get("CachePolicyId", ""), given.get("OriginRequestPolicyId", "")
    own = (
        policies.get(cache, {})
        .get("CachePolicyConfig", {})
        .get("ParametersInCacheKeyAndForwardedToOrigin", {})
    )
    theirs = policies.get(request, {}).get("OriginRequestPolicyConfig", {})
    chosen = [part.get("QueryStringsConfig", {}).get("QueryStringBehavior", "none") for part in (own, theirs)]
    unknown_cache = cache and cache not in _NO_QUERY and cache not in policies
    return bool(
        request in _ALL_QUERY or unknown_cache or any(choice != "none" for choice in chosen) or not cache
    )


def _origin(given: Properties, distribution: str) -> Origin:
    protected = bool(given.get("OriginAccessControlId"))
    headers = tuple(
        (one["HeaderName"].lower(), one["HeaderValue"]) for one in given.get("OriginCustomHeaders", [])
    )
    return Origin(
        given["Id"], given["DomainName"], given.get("OriginPath", ""), protected, distribution, headers
    )


def _errors(given: list[Properties]) -> Iterable[ErrorPage]:
    for error in given:
        if page := error.get("ResponsePagePath"):
            yield ErrorPage(int(error["ErrorCode"]), page, int(error["ResponseCode"]))


_SECURITY = {
    "ContentSecurityPolicy": ("content-security-policy", "ContentSecurityPolicy"),
    "FrameOptions": ("x-frame-options", "FrameOption"),
    "ReferrerPolicy": ("referrer-policy", "ReferrerPolicy"),
}


def _headers(config: Properties) -> Iterable[tuple[str, str, bool]]:
    """Return the headers of a response headers policy: security, custom, and the CORS headers that need no origin."""
    security = config.get("SecurityHeadersConfig", {})
    for key, (name, value) in _SECURITY.items():
        if key in security:
            yield name, security[key][value], security[key]["Override"]
    if options := security.get("ContentTypeOptions"):
        yield "x-content-type-options", "nosniff", options["Override"]
    if transport := security.get("StrictTransportSecurity"):
        yield "strict-transport-security", _transport(transport), transport["Override"]
    for item in config.get("CustomHeadersConfig", {}).get("Items", []):
        yield item["Header"].lower(), item["Value"], item["Override"]


def _transport(given: dict[str, Any]) -> str:
    parts = [f"max-age={given['AccessControlMaxAgeSec']}"]
    parts += ["includeSubDomains"] if given.get("IncludeSubdomains") else []
    return "; ".join([*parts, *(["preload"] if given.get("Preload") else [])])
