"""Test that the REST API lets only tokens of its user pool through, as the template has it."""

from __future__ import annotations

import base64
import hmac
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from moto.cognitoidp.models import cognitoidp_backends
from moto.utilities.utils import load_resource

from gap import FAILURES, att, create, fresh, ref, resource, shows_gap
from localcloud.front.authorizer import Authorizer
from localcloud.front.http import Request, Response
from localcloud.front.rest import Gateway, RestApi
from localcloud.runtime import Outcome
from localcloud.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.cloud import LocalCloud
    from localcloud.world import World

PASSWORD = "Correct-horse-7"
URI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/answer/invocations"
# moto, which is published with it, signs the tokens of every pool with this key.
KNOWN = RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


def guarded(path: str, **more: object) -> dict[str, Any]:
    return resource("ApiGateway::Method", RestApiId=ref("Api"), ResourceId=ref(path), HttpMethod="GET",
                    Integration={"Type": "AWS_PROXY", "Uri": URI}, **more)  # fmt: skip


def template() -> dict[str, Any]:
    """Define an API whose paths take identity tokens, access tokens with a scope, and nothing."""
    cognito = {"AuthorizationType": "COGNITO_USER_POOLS", "AuthorizerId": ref("Authorizer")}
    paths = {
        name: resource("ApiGateway::Resource", RestApiId=ref("Api"), ParentId=att("Api", "RootResourceId"), PathPart=part)
        for name, part in (("Own", "own"), ("Scoped", "scoped"), ("Open", "open"))
    }  # fmt: skip
    methods = {
        "GetOwn": guarded("Own", **cognito),
        "GetScoped": guarded("Scoped", AuthorizationScopes=["aws.cognito.signin.user.admin", "other"], **cognito),
        "GetOpen": guarded("Open", AuthorizationType="NONE"),
    }  # fmt: skip
    return {
        "Pool": resource("Cognito::UserPool", AdminCreateUserConfig={"AllowAdminCreateUserOnly": True}),
        "Other": resource("Cognito::UserPool"),
        "Client": resource("Cognito::UserPoolClient", UserPoolId=ref("Pool"), ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]),
        "Group": resource("Cognito::UserPoolGroup", UserPoolId=ref("Pool"), GroupName="admin"),
        "Domain": resource("Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain=fresh("authorizer")),
        "Api": resource("ApiGateway::RestApi", Name=fresh("guarded")),
        "Authorizer": resource("ApiGateway::Authorizer", RestApiId=ref("Api"), Name="pool", Type="COGNITO_USER_POOLS",
                               IdentitySource="method.request.header.Authorization", ProviderARNs=[att("Pool", "Arn")]),
        "Deployment": {**resource("ApiGateway::Deployment", RestApiId=ref("Api")), "DependsOn": [*methods]},
        "Stage": resource("ApiGateway::Stage", RestApiId=ref("Api"), DeploymentId=ref("Deployment"), StageName="api"),
        **paths, **methods,
    }  # fmt: skip


OUTPUTS = {name: ref(name) for name in ("Pool", "Other", "Client", "Api")}


@dataclass(frozen=True)
class Guarded:
    """The deployed API, and a user of its pool who is an administrator."""

    world: World
    outputs: dict[str, str]
    tokens: dict[str, str]

    def ask(self, path: str, token: str | None, prefix: str = "Bearer ") -> tuple[Response, dict[str, Any]]:
        """Return the answer, and the event that the function got, if it got one."""
        events: list[dict[str, Any]] = []

        def invoke(_function: str, event: bytes) -> Outcome:
            events.append(json.loads(event))
            return Outcome(b'{"statusCode": 200}', False, "", "id")

        api = RestApi.load(self.world, self.outputs["Api"], "api")
        assert api is not None
        headers = () if token is None else (("authorization", f"{prefix}{token}"),)
        response = Gateway(self.world, invoke).answer(api, Request("GET", path, "", headers))
        return response, events[0] if events else {}

    @property
    def key(self) -> RSAKey:
        """Return the key of the API's pool, which nobody outside has."""
        backend = cognitoidp_backends[ACCOUNT][self.world.region]
        return backend.user_pools[self.outputs["Pool"]].json_web_key

    def forge(self, header: dict[str, str], key: RSAKey | None = None, **changes: object) -> str:
        """Return the user's identity token with other claims, signed anew; None removes a claim."""
        claims = {**_claims(self.tokens["IdToken"]), **changes}
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"kid": "dummy", **header}, kept, key or self.key)


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    return claims


def _signed_with_the_public_key(token: str, key: RSAKey) -> str:
    """Return the token signed anew with a secret that is none, for a verifier that believes the header's algorithm."""
    header = _encoded(b'{"alg":"HS256","kid":"dummy"}')
    signed = f"{header}.{token.split('.')[1]}"
    signature = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{_encoded(signature)}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def api(cloud: LocalCloud) -> Iterator[Guarded]:
    stack = create(cloud.world, template(), OUTPUTS)
    outputs = stack.outputs
    pool, user = {"UserPoolId": outputs["Pool"]}, {"Username": "ada"}
    idp = cloud.world.client("cognito-idp")
    idp.admin_create_user(**pool, **user)
    idp.admin_set_user_password(**pool, **user, Password=PASSWORD, Permanent=True)
    idp.admin_add_user_to_group(**pool, **user, GroupName="admin")
    idp.create_group(**pool, GroupName="biologists")
    idp.admin_add_user_to_group(**pool, **user, GroupName="biologists")
    parameters = {"USERNAME": "ada", "PASSWORD": PASSWORD}
    signed_in = idp.initiate_auth(
        ClientId=outputs["Client"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    yield Guarded(cloud.world, outputs, signed_in["AuthenticationResult"])
    stack.delete()


@pytest.mark.parametrize("prefix", ["Bearer ", ""])
def test_a_token_of_the_pool_is_accepted_and_its_claims_are_passed_on(api: Guarded, prefix: str) -> None:
    response, event = api.ask("/own", api.tokens["IdToken"], prefix)
    assert response.status == 200
    claims = event["requestContext"]["authorizer"]["claims"]
    assert claims["sub"] == _claims(api.tokens["IdToken"])["sub"]
    assert set(claims["cognito:groups"].split(",")) == {"admin", "biologists"}
    assert all(isinstance(value, str) for value in claims.values())


def test_a_method_with_scopes_takes_access_tokens(api: Guarded) -> None:
    assert api.ask("/scoped", api.tokens["AccessToken"])[0].status == 200
    assert api.ask("/scoped", api.tokens["IdToken"])[0].status == 401
    assert api.ask("/own", api.tokens["AccessToken"])[0].status == 401


def test_a_method_without_an_authorizer_takes_everything(api: Guarded) -> None:
    for token in (None, "nonsense"):
        response, event = api.ask("/open", token)
        assert (response.status, "authorizer" in event["requestContext"]) == (200, False)


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c", "e30.e30.", "é.é.é"])
def test_what_is_no_token_is_refused_before_the_function(api: Guarded, token: str | None) -> None:
    response, event = api.ask("/own", token)
    assert (response.status, json.loads(response.body), event) == (401, {"message": "Unauthorized"}, {})


def test_a_forged_token_is_refused(api: Guarded) -> None:
    rs256, now = {"alg": "RS256"}, int(time.time())
    assert api.ask("/own", api.forge(rs256))[0].status == 200  # what follows fails for one reason each
    issuer = f"https://cognito-idp.us-east-1.amazonaws.com/{api.outputs['Other']}"
    for forged in (
        api.forge(rs256, exp=now - 10),
        api.forge(rs256, exp=None),
        api.forge(rs256, sub=None),
        api.forge(rs256, iss=issuer),
        api.forge(rs256, iss=None),
        api.forge(rs256, token_use=None),
        api.forge(rs256, RSAKey.generate_key(2048)),
        api.forge(rs256, KNOWN),
        _signed_with_the_public_key(api.tokens["IdToken"], api.key),
    ):
        assert api.ask("/own", forged)[0].status == 401


def test_changed_claims_are_refused(api: Guarded) -> None:
    head, body, signature = api.tokens["IdToken"].split(".")
    claims = {**_claims(api.tokens["IdToken"]), "sub": "somebody-else"}
    changed = _encoded(json.dumps(claims).encode())
    assert changed != body
    assert api.ask("/own", f"{head}.{changed}.{signature}")[0].status == 401
    unsigned = _encoded(b'{"alg":"none"}')
    assert api.ask("/own", f"{unsigned}.{body}.")[0].status == 401


def test_other_types_of_authorizers_are_an_error(cloud: LocalCloud) -> None:
    with pytest.raises(ValueError, match="no authorizers of the type TOKEN"):
        Authorizer.load(cloud.world, {"type": "TOKEN"})


def test_a_pool_and_its_parts(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        parts = {name: template()[name] for name in ("Pool", "Client", "Group", "Domain")}
        outputs = create(world, parts, {name: ref(name) for name in ("Pool", "Client")}).outputs
        idp, pool = world.client("cognito-idp"), {"UserPoolId": outputs["Pool"]}
        client = idp.describe_user_pool_client(**pool, ClientId=outputs["Client"])["UserPoolClient"]
        groups = [group["GroupName"] for group in idp.list_groups(**pool)["Groups"]]
        return bool(client["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"] and groups == ["admin"])

    shows_gap(stock, cloud.world, probe)


def test_the_key_of_a_pool_is_known_to_nobody(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        pool = world.client("cognito-idp").create_user_pool(PoolName=fresh("key"))["UserPool"]["Id"]
        with urllib.request.urlopen(f"{world.endpoint}/{pool}/.well-known/jwks.json") as answer:
            [key] = json.load(answer)["keys"]
        return bool(key["n"] != KNOWN.as_dict(private=False)["n"])

    shows_gap(stock, cloud.world, probe)


def test_a_pool_is_removed_with_its_stack(cloud: LocalCloud) -> None:
    parts = {name: template()[name] for name in ("Pool", "Client", "Group", "Domain")}
    stack = create(cloud.world, parts, {"Pool": ref("Pool")})
    pool = stack.outputs["Pool"]
    idp = cloud.world.client("cognito-idp")
    assert idp.describe_user_pool(UserPoolId=pool)
    cloud.world.client("cloudformation").delete_stack(StackName=stack.name)
    with pytest.raises(FAILURES, match="does not exist"):
        idp.describe_user_pool(UserPoolId=pool)
