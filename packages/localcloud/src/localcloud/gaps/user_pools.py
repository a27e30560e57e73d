"""Sign the tokens of user pools.

Gap: moto signs the tokens of every pool with one private key, which is published with it, so anybody could forge them.
Here each pool has a key of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joserfc.jwk import RSAKey
from moto.cognitoidp.models import CognitoIdpUserPool, CognitoIdpUserPoolClient, cognitoidp_backends

from localcloud.world import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from localcloud.world import World

KEY_ID = "dummy"  # what moto writes into the headers of tokens
_KEYS_PATH = "/.well-known/jwks.json"
_KEY_BITS = 2048


@dataclass(frozen=True)
class Client:
    """A client of a user pool, as it was deployed."""

    pool: CognitoIdpUserPool
    model: CognitoIdpUserPoolClient

    @property
    def identifier(self) -> str:
        return str(self.model.id)

    def allowed(self, name: str) -> list[str]:
        """Return one of the client's lists, such as its CallbackURLs."""
        return list(self.model.extended_config.get(name) or [])

    @property
    def session_seconds(self) -> int:
        """Return for how long a refresh token is good."""
        config = self.model.extended_config
        unit = (config.get("TokenValidityUnits") or {}).get("RefreshToken", "days")
        return int(config["RefreshTokenValidity"]) * _SECONDS[unit]

    def known_as(self, typed: str) -> str:
        """Return the address of a user as it was registered; what was typed if nobody has it. Case makes no difference."""
        for user in list(self.pool.users.values()):
            address = str(user.attribute_lookup.get("email", ""))
            if address.lower() == typed.lower():
                return address
        return typed.lower()

    def begin_session(self, username: str) -> str:
        """Return a new refresh token of a user."""
        return str(self.pool.create_refresh_token(self.identifier, username)[0])

    def end_session(self, refresh_token: str) -> None:
        """Make a refresh token of this client worthless; another's stays as it is."""
        session = self.pool.refresh_tokens.get(refresh_token)
        if session is not None and session[0] == self.identifier:
            del self.pool.refresh_tokens[refresh_token]

    def tokens(self, refresh_token: str, scope: str, nonce: str = "") -> dict[str, Any] | None:
        """Return an access and an identity token, as the token endpoint answers; None if the session has ended.

        The identity repeats the nonce of the request that the session has begun with.
        """
        session = self.pool.refresh_tokens.get(refresh_token)
        if session is None:
            return None
        _, username, origin = session
        user = self.pool._get_user(username)
        if user is None or not user.enabled:
            return None
        groups = [group.group_name for group in user.groups]
        both = {"origin_jti": origin} | ({"cognito:groups": groups} if groups else {})
        access, seconds = self.pool.create_jwt(
            self.identifier, username, "access", extra_data=both | {"scope": scope}
        )
        self.pool.access_tokens[access] = (self.identifier, username)
        about = self.pool.get_user_extra_data_by_client_id(self.identifier, username)
        identity, _ = self.pool.create_jwt(
            self.identifier, username, "id", extra_data=about | both | ({"nonce": nonce} if nonce else {})
        )
        return {
            "access_token": access,
            "id_token": identity,
            "token_type": "Bearer",
            "expires_in": seconds,
        }


_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}


def find_client(world: World, identifier: str) -> Client | None:
    """Return a client by its id, whichever pool it is of."""
    for pool in _pools(world):
        if identifier in pool.clients:
            return Client(pool, pool.clients[identifier])
    return None


def people_sign_in(world: World) -> bool:
    """Return whether a user pool with pages to sign in at is deployed."""
    return any(pool.domain is not None for pool in _pools(world))


def install() -> None:
    create = CognitoIdpUserPool.__init__

    def patched(self: CognitoIdpUserPool, *given: Any, **more: Any) -> None:  # noqa: ANN401
        create(self, *given, **more)
        self.json_web_key = RSAKey.generate_key(_KEY_BITS, {"kid": KEY_ID, "use": "sig", "alg": "RS256"})

    CognitoIdpUserPool.__init__ = patched  # type: ignore[method-assign]


def public_keys(app: WSGIApplication) -> WSGIApplication:
    """Serve the public key of each pool where moto serves one for all."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        pool_id, _, rest = environ["PATH_INFO"].lstrip("/").partition("/")
        pool = _backend_pool(pool_id) if f"/{rest}" == _KEYS_PATH else None
        if pool is None:
            return app(environ, start_response)
        body = json.dumps({"keys": [pool.json_web_key.as_dict(private=False)]}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return call


def _backend_pool(pool_id: str) -> CognitoIdpUserPool | None:
    region = pool_id.partition("_")[0]
    backends = cognitoidp_backends[ACCOUNT]
    return backends[region].user_pools.get(pool_id) if region in backends else None


def _pools(world: World) -> Iterator[CognitoIdpUserPool]:
    yield from list(cognitoidp_backends[ACCOUNT][world.region].user_pools.values())
