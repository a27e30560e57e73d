"""Verify the tokens of user pools as an authorizer of the type COGNITO_USER_POOLS does."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localcloud.front.http import Request
    from localcloud.world import World

COGNITO = "COGNITO_USER_POOLS"
_HEADER = "method.request.header."


@dataclass(frozen=True)
class Pool:
    """A user pool: the issuer that its tokens name, and the keys that sign them."""

    issuer: str
    keys: KeySet


@dataclass(frozen=True)
class Authorizer:
    """Reads the token in a header and accepts those of its pools."""

    header: str
    pools: tuple[Pool, ...]

    @classmethod
    def load(cls, world: World, given: dict[str, Any]) -> Authorizer:
        """Return the authorizer that API Gateway describes as `given`."""
        if given["type"] != COGNITO:
            raise ValueError(f"The local cloud has no authorizers of the type {given['type']}")
        header = given.get("identitySource", f"{_HEADER}Authorization").removeprefix(_HEADER).lower()
        return cls(header, tuple(_pool(world, arn) for arn in given["providerARNs"]))

    def claims(self, request: Request, scopes: Iterable[str]) -> dict[str, str] | None:
        """Return the claims of the request's token as a function gets them; None if the token is refused.

        A method with scopes takes access tokens that have one of them, a method without takes identity tokens.
        """
        token = (request.header(self.header) or "").removeprefix("Bearer ").strip()
        for pool in self.pools:
            if (claims := _verified(token, pool)) is not None and _suits(claims, set(scopes)):
                return {name: _text(value) for name, value in claims.items()}
        return None


def _pool(world: World, arn: str) -> Pool:
    name = arn.rpartition("/")[2]
    address = f"{world.endpoint}/{name}/.well-known/jwks.json"
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - the local cloud's own address
        keys = KeySet.import_key_set(json.load(answer))
    return Pool(f"https://cognito-idp.{world.region}.amazonaws.com/{name}", keys)


def _verified(token: str, pool: Pool) -> dict[str, Any] | None:
    """Return the claims of a token that the pool signed and that has not expired."""
    rules = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": pool.issuer}, exp={"essential": True}, sub={"essential": True}
    )
    try:
        claims: dict[str, Any] = jwt.decode(token, pool.keys, algorithms=["RS256"]).claims
        rules.validate(claims)
    except (JoseError, ValueError):
        return None
    return claims


def _suits(claims: dict[str, Any], scopes: set[str]) -> bool:
    if not scopes:
        return bool(claims.get("token_use") == "id")
    return claims.get("token_use") == "access" and not scopes.isdisjoint(claims.get("scope", "").split())


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON has
    """Return a claim as text: API Gateway separates the entries of a list by commas."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
