"""Test who may use the API where people sign in: the user pool, its client, and what the page is told of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from crackling_aws.names import JOBS_BY_OWNER
from crackling_lambdas.api.caller import ADMINS
from templates import Resource, Synthesise, Template, Templates, target
from test_api import content_security_policy, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

POOL, CLIENT = "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"
METHOD, AUTHORIZER = "AWS::ApiGateway::Method", "AWS::ApiGateway::Authorizer"
COGNITO = "COGNITO_USER_POOLS"
# What somebody who is not signed in may send.
OPEN = {"GET /about", "GET /health", "GET /openapi.json"}


@pytest.fixture(scope="module")
def guarded(production: Templates) -> Template:
    return production[0]


def one(template: Template, kind: str) -> Resource:
    [found] = template.of(kind).values()
    return found


def joined(value: Any) -> str:
    """Return a text of the template, with the names of its references."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(map(joined, value["Fn::Join"][1]))
    return target(value)


def test_every_route_but_those_that_tell_nothing_of_users_takes_tokens_only(guarded: Template) -> None:
    [authorizer] = guarded.of(AUTHORIZER)
    for method in guarded.of(METHOD).values():
        route = f"{method['HttpMethod']} {path_of(guarded, method['ResourceId'])}"
        if route in OPEN:
            assert (method["AuthorizationType"], "AuthorizerId" in method) == ("NONE", False), route
        else:
            assert method["AuthorizationType"] == COGNITO, route
            assert target(method["AuthorizerId"]) == authorizer
            # Without scopes, API Gateway would take identity tokens.
            assert method["AuthorizationScopes"] == ["openid", "aws.cognito.signin.user.admin"]


def test_the_authorizer_takes_the_tokens_of_this_pool(guarded: Template) -> None:
    [pool] = guarded.of(POOL)
    authorizer = one(guarded, AUTHORIZER)
    assert authorizer["Type"] == COGNITO
    assert [target(arn) for arn in authorizer["ProviderARNs"]] == [pool]
    assert authorizer["IdentitySource"] == "method.request.header.Authorization"


def test_an_open_stage_has_none_of_it(development: Templates) -> None:
    service = development[0]
    assert not [kind for kind in service.resources.values() if "Cognito" in json.dumps(kind)]
    assert not service.of(AUTHORIZER)
    assert {method["AuthorizationType"] for method in service.of(METHOD).values()} == {"NONE"}
    assert config_values(service) == []


def test_administrators_create_the_users(guarded: Template) -> None:
    pool = one(guarded, POOL)
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["UsernameAttributes"] == ["email"]
    assert one(guarded, "AWS::Cognito::UserPoolGroup")["GroupName"] == ADMINS


def test_passwords_are_strong_and_a_second_factor_is_possible(guarded: Template) -> None:
    pool = one(guarded, POOL)
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy.pop("TemporaryPasswordValidityDays") == 7
    assert policy.pop("MinimumLength") >= 12
    assert set(policy.values()) == {True}
    assert len(policy) == 4
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("OPTIONAL", ["SOFTWARE_TOKEN_MFA"])


def test_the_page_is_a_public_client_that_uses_the_code_flow_only(guarded: Template) -> None:
    client = one(guarded, CLIENT)
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["AllowedOAuthScopes"] == ["openid", "email"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["PreventUserExistenceErrors"] == "ENABLED"
    assert client["EnableTokenRevocation"] is True
    assert {client[f"{kind}TokenValidity"] for kind in ("Access", "Id")} == {60}
    assert client["RefreshTokenValidity"] == 24 * 60
    assert set(client["TokenValidityUnits"].values()) == {"minutes"}


def test_nobody_is_sent_anywhere_but_to_the_page(synthesise: Synthesise) -> None:
    service, _ = synthesise(access="sign-in", pageOrigins="https://guides.example.org")
    [distribution] = service.of("AWS::CloudFront::Distribution")
    client = one(service, CLIENT)
    addresses = [joined(address) for address in client["CallbackURLs"]]
    assert addresses == [f"https://{distribution}/", "https://guides.example.org/"]
    assert [joined(address) for address in client["LogoutURLs"]] == addresses


def test_an_institutes_provider_may_vouch_for_its_members_and_its_secret_is_in_no_template(
    guarded: Template, synthesise: Synthesise
) -> None:
    provider = one(guarded, "AWS::Cognito::UserPoolIdentityProvider")
    details: Mapping[str, Any] = provider["ProviderDetails"]
    assert provider["ProviderType"] == "OIDC"
    assert (details["oidc_issuer"], details["client_id"]) == ("https://login.example.org", "crackling")
    assert details["client_secret"] == "{{resolve:secretsmanager:crackling/oidc:SecretString:::}}"
    [reference] = guarded.of("AWS::Cognito::UserPoolIdentityProvider")
    assert one(guarded, CLIENT)["SupportedIdentityProviders"] == ["COGNITO", {"Ref": reference}]
    alone, _ = synthesise(access="sign-in")
    assert one(alone, CLIENT)["SupportedIdentityProviders"] == ["COGNITO"]


def test_the_domain_differs_between_stages_accounts_and_regions(guarded: Template) -> None:
    [api] = guarded.of("AWS::ApiGateway::RestApi")
    assert joined(one(guarded, "AWS::Cognito::UserPoolDomain")["Domain"]) == f"crackling-prod-{api}"
    assert pages_of(guarded) == f"https://crackling-prod-{api}.auth.AWS::Region.amazoncognito.com"


def pages_of(template: Template) -> str:
    """Return the origin of the pages to sign in at."""
    prefix = joined(one(template, "AWS::Cognito::UserPoolDomain")["Domain"])
    return f"https://{prefix}.auth.AWS::Region.amazoncognito.com"


def config_values(template: Template) -> list[str]:
    """Return what a deployment writes into the page's config.json that was not known before."""
    deployment = one(template, "Custom::CDKBucketDeployment")
    markers = deployment.get("SourceMarkers", [])
    return [json.loads(joined(value)) for source in markers for value in source.values()]


def test_the_page_is_told_where_to_sign_in(guarded: Template) -> None:
    [client] = guarded.of(CLIENT)
    paths = ["/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/logout"]
    assert config_values(guarded) == [*(f"{pages_of(guarded)}{path}" for path in paths), client]


def test_production_keeps_its_users_and_a_preview_leaves_nothing(
    guarded: Template, synthesise: Synthesise
) -> None:
    def kept(template: Template) -> tuple[str, str]:
        [pool] = [one for one in template.resources.values() if one["Type"] == POOL]
        return pool["DeletionPolicy"], pool["Properties"]["DeletionProtection"]

    assert kept(guarded) == ("Retain", "ACTIVE")
    preview, _ = synthesise(stage="pr-17", access="sign-in")
    assert kept(preview) == ("Delete", "INACTIVE")


def test_the_page_may_fetch_tokens_from_the_pools_domain(guarded: Template, synthesise: Synthesise) -> None:
    def allowed(template: Template) -> list[str]:
        [policy] = template.of("AWS::CloudFront::ResponseHeadersPolicy").values()
        security = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
        text = joined(security["ContentSecurityPolicy"]["ContentSecurityPolicy"])
        return dict(one.split(" ", 1) for one in text.split("; "))["connect-src"].split()

    assert allowed(guarded)[-1] == pages_of(guarded)
    elsewhere, _ = synthesise(access="sign-in", signInOrigin="http://localhost:8080")
    assert allowed(elsewhere)[-1] == "http://localhost:8080"
    assert "script-src 'self';" in content_security_policy(elsewhere)


def test_who_is_not_signed_in_is_told_so(service: Template) -> None:
    responses = service.of("AWS::ApiGateway::GatewayResponse").values()
    [response] = [r for r in responses if r["ResponseType"] == "UNAUTHORIZED"]
    problem = json.loads(response["ResponseTemplates"]["application/json"])
    assert (response["StatusCode"], problem["status"], problem["title"]) == ("401", 401, "Unauthorized")
    assert problem["detail"].startswith("Sign in: ")


def test_the_api_finds_jobs_by_their_owner_where_jobs_have_owners(
    guarded: Template, development: Templates
) -> None:
    def may(template: Template) -> bool:
        statements = template.statements()[template.role_of("api")]
        return f"/index/{JOBS_BY_OWNER}" in json.dumps(statements)

    assert may(guarded)
    assert not may(development[0])


def test_scripts_find_the_pool_and_the_client_among_the_outputs(guarded: Template) -> None:
    outputs = guarded.body["Outputs"]
    assert target(outputs["UserPool"]["Value"]) in guarded.of(POOL)
    assert target(outputs["UserPoolClient"]["Value"]) in guarded.of(CLIENT)
