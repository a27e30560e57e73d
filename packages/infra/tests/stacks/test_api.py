"""Test the API's routes, and how the page reaches them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from crackling_infra.constructs import page
from templates import Resource, Synthesise, Template, Templates, target

ROUTES = {
    "GET /jobs",
    "POST /jobs",
    "GET /jobs/{job}",
    "PATCH /jobs/{job}",
    "DELETE /jobs/{job}",
    "DELETE /jobs/{job}/email",
    "GET /jobs/{job}/query",
    "GET /jobs/{job}/targets",
    "GET /jobs/{job}/export",
    "GET /jobs/{job}/targets/{number}/offtargets",
    "GET /genomes",
    "POST /genomes",
    "GET /genomes/search",
    "GET /genomes/{genome}",
    "PATCH /genomes/{genome}",
    "POST /genomes/{genome}/complete",
    "POST /genomes/{genome}/bowtie2",
    "GET /genomes/{genome}/files",
    "DELETE /genomes/{genome}",
    "GET /about",
    "GET /health",
    "GET /openapi.json",
}


def path_of(template: Template, reference: Any) -> str:
    if "Fn::GetAtt" in reference:
        return ""
    resource = template.of("AWS::ApiGateway::Resource")[reference["Ref"]]
    return f"{path_of(template, resource['ParentId'])}/{resource['PathPart']}"


def test_exactly_the_documented_routes(service: Template) -> None:
    methods = service.of("AWS::ApiGateway::Method").values()
    assert {f"{m['HttpMethod']} {path_of(service, m['ResourceId'])}" for m in methods} == ROUTES


def test_every_route_is_answered_by_the_api_function(service: Template) -> None:
    function = service.function_id("api")
    for method in service.of("AWS::ApiGateway::Method").values():
        assert method["Integration"]["Type"] == "AWS_PROXY"
        assert function in json.dumps(method["Integration"]["Uri"])
    permissions = service.of("AWS::Lambda::Permission").values()
    assert sum(p["Principal"] == "apigateway.amazonaws.com" for p in permissions) == len(ROUTES)


def test_the_stage_is_throttled_logged_and_traced(service: Template) -> None:
    [stage] = service.of("AWS::ApiGateway::Stage").values()
    assert stage["StageName"] == "api"
    assert stage["TracingEnabled"] is True
    assert json.loads(stage["AccessLogSetting"]["Format"])["status"] == "$context.status"
    [settings] = stage["MethodSettings"]
    assert (settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]) == (50, 100)
    assert settings["LoggingLevel"] == "ERROR"
    assert settings["DataTraceEnabled"] is False


def test_errors_of_the_gateway_are_problem_details_too(service: Template) -> None:
    responses = {r["ResponseType"]: r for r in service.of("AWS::ApiGateway::GatewayResponse").values()}
    assert responses.keys() >= {"DEFAULT_4XX", "DEFAULT_5XX"}
    for response in responses.values():
        template = response["ResponseTemplates"]["application/json"]
        problem = json.loads(template.replace("$context.error.messageString", '"Too Many Requests"'))
        assert response.get("StatusCode") == (str(problem["status"]) if "status" in problem else None)
        assert response["ResponseParameters"] == {
            "gatewayresponse.header.Content-Type": "'application/problem+json'"
        }


def test_what_is_too_large_is_told_with_the_remedy(service: Template) -> None:
    responses = service.of("AWS::ApiGateway::GatewayResponse").values()
    [response] = [r for r in responses if r["ResponseType"] == "REQUEST_TOO_LARGE"]
    detail = json.loads(response["ResponseTemplates"]["application/json"])["detail"]
    assert "larger than 6 MB" in detail
    assert "Split the query" in detail


def test_what_is_no_route_is_not_found(service: Template) -> None:
    """API Gateway's own answer would say that a token is missing."""
    responses = service.of("AWS::ApiGateway::GatewayResponse").values()
    [response] = [r for r in responses if r["ResponseType"] == "MISSING_AUTHENTICATION_TOKEN"]
    assert response["StatusCode"] == "404"


def test_the_accounts_logging_role_is_kept_and_left_alone_by_previews(
    production: Templates, synthesise: Synthesise
) -> None:
    roles = [
        r
        for r in production[0].resources.values()
        if r["Type"] in ("AWS::ApiGateway::Account", "AWS::IAM::Role")
    ]
    assert [r["DeletionPolicy"] for r in roles if "DeletionPolicy" in r] == ["Retain", "Retain"]
    preview, _ = synthesise(stage="pr-17")
    assert not preview.of("AWS::ApiGateway::Account")


def distribution(template: Template) -> Resource:
    [found] = template.of("AWS::CloudFront::Distribution").values()
    config: Resource = found["DistributionConfig"]
    return config


def test_cloudfront_serves_the_page_from_a_private_bucket(service: Template) -> None:
    config = distribution(service)
    origins = {origin["Id"]: origin for origin in config["Origins"]}
    origin = origins[config["DefaultCacheBehavior"]["TargetOriginId"]]
    assert target(origin["OriginAccessControlId"]) in service.of("AWS::CloudFront::OriginAccessControl")
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert config["DefaultRootObject"] == "index.html"


def test_cloudfront_passes_api_calls_on_and_keeps_none(service: Template) -> None:
    config = distribution(service)
    [behaviour] = config["CacheBehaviors"]
    origin = next(o for o in config["Origins"] if o["Id"] == behaviour["TargetOriginId"])
    assert behaviour["PathPattern"] == "/api/*"
    assert target(origin["DomainName"]["Fn::Join"][1][0]) in service.of("AWS::ApiGateway::RestApi")
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    assert set(behaviour["AllowedMethods"]) >= {"GET", "POST", "DELETE"}
    assert behaviour["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS's CachingDisabled


def test_errors_of_the_api_are_not_replaced_by_the_page(service: Template) -> None:
    responses = distribution(service)["CustomErrorResponses"]
    assert not [one for one in responses if "ResponsePagePath" in one]


def test_no_error_of_the_api_is_kept_for_others(service: Template) -> None:
    """CloudFront would cache these error statuses for 10 s and serve them to everybody; its documentation lists them."""
    responses = distribution(service)["CustomErrorResponses"]
    cached = {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}
    assert {one["ErrorCode"]: one["ErrorCachingMinTTL"] for one in responses} == dict.fromkeys(cached, 0)


def run_paths(uri: str) -> dict[str, Any]:
    """Run the function on viewers' requests, which needs nothing of CloudFront."""
    code = (Path(page.__file__).with_name("page_paths.js")).read_text("utf-8")
    event = json.dumps({"request": {"method": "GET", "uri": uri}})
    program = f"{code}\nprocess.stdout.write(JSON.stringify(handler({event})));"
    done = subprocess.run(["node", "-e", program], capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("uri", ["/jobs", "/jobs/", "/a.b/c", "/about.html", "/index.html/", "/api"])
def test_an_unknown_path_leads_to_the_page(uri: str) -> None:
    answer = run_paths(uri)
    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (302, "/")


@pytest.mark.parametrize(
    "uri", ["/", "/index.html", "/config.json", "/assets/main-ABC123.js", "/assets/a.map"]
)
def test_files_of_the_page_are_served(uri: str) -> None:
    assert run_paths(uri) == {"method": "GET", "uri": uri}


def test_only_requests_for_the_page_pass_the_function(service: Template) -> None:
    config = distribution(service)
    [association] = config["DefaultCacheBehavior"]["FunctionAssociations"]
    assert association["EventType"] == "viewer-request"
    assert target(association["FunctionARN"]) in service.of("AWS::CloudFront::Function")
    assert not any("FunctionAssociations" in one for one in config["CacheBehaviors"])


def content_security_policy(template: Template) -> str:
    [policy] = template.of("AWS::CloudFront::ResponseHeadersPolicy").values()
    security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    joined = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else part.get("Ref", "*") for part in joined)


def test_every_answer_carries_the_security_headers(service: Template) -> None:
    [policy] = service.of("AWS::CloudFront::ResponseHeadersPolicy")
    config = distribution(service)
    for behaviour in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]):
        assert target(behaviour["ResponseHeadersPolicyId"]) == policy


def test_the_page_loads_nothing_from_elsewhere(service: Template) -> None:
    directives = dict(d.split(" ", 1) for d in content_security_policy(service).split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["style-src"] == "'self'"
    assert directives["connect-src"].startswith("'self' https://*.s3.AWS::Region.AWS::URLSuffix")
    assert directives["frame-ancestors"] == "'none'"


def test_the_page_may_live_elsewhere_too(synthesise: Synthesise) -> None:
    service, _ = synthesise(
        pageOrigins="http://localhost:8080", uploadOrigins="http://127.0.0.1:5555,http://127.0.0.1:6666"
    )
    assert content_security_policy(service).count("http://127.0.0.1:5555 http://127.0.0.1:6666;") == 1


def test_the_page_is_deployed_with_its_config(service: Template) -> None:
    [deployment] = service.of("Custom::CDKBucketDeployment").values()
    assert len(deployment["SourceBucketNames"]) == 2
    assert deployment["SystemMetadata"] == {"cache-control": "no-cache"}
    assert target(deployment["DistributionId"]) in service.of("AWS::CloudFront::Distribution")
