"""Stand in for the domain of a user pool: the form to sign in with, and the token endpoint of the code flow with PKCE.

It is stricter than Cognito, which also takes requests without PKCE or state: a client that forgets them fails here. It keeps no
session of its own, so that everybody who comes to sign in is asked for the password.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode, urlsplit

from botocore.exceptions import ClientError

from localcloud.front.http import Response
from localcloud.front.sign_in_page import PRIVATE, form, page
from localcloud.gaps.user_pools import find_client, people_sign_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from localcloud.front.http import Request
    from localcloud.gaps.user_pools import Client
    from localcloud.world import World

AUTHORIZE, TOKEN, REVOKE, LOGOUT = "/oauth2/authorize", "/oauth2/token", "/oauth2/revoke", "/logout"
CODE_SECONDS = 300
FREE_ATTEMPTS = 5  # with a wrong password; after each further one, the user has to wait for longer
LONGEST_WAIT = 900.0
MAX_NAMES = 10_000  # that are remembered for wrong passwords
_DIGEST = re.compile(r"[\w-]{43}", re.ASCII)  # SHA-256 in base64url
_NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - the name of a challenge
_WRONG = "Incorrect username or password."


class _RefusedError(Exception):
    """Raised for a request that is not answered as it wants; the message says why."""


@dataclass(frozen=True)
class _Asked:
    """A request for a code that may be answered at its address."""

    client: Client
    address: str
    scope: str
    state: str
    nonce: str
    challenge: str


@dataclass(frozen=True)
class _Code:
    asked: _Asked
    username: str
    expires: float


@dataclass(frozen=True)
class _Session:
    client_id: str
    scope: str
    expires: float


@dataclass
class _Attempts:
    """The wrong passwords that were given for a user in a row."""

    wrong: int = 0
    until: float = 0.0


@dataclass
class SignInPages:
    """Answers what the domain of a user pool answers on AWS. Clients are found by their ids, so one address serves all pools."""

    world: World
    clock: Callable[[], float] = time.time
    _codes: dict[str, _Code] = field(default_factory=dict)
    _sessions: dict[str, _Session] = field(default_factory=dict)
    _attempts: dict[str, _Attempts] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Response | None:
        """Answer a request; None if it is for something else, or if nobody signs in here."""
        if request.path not in (AUTHORIZE, TOKEN, REVOKE, LOGOUT) or not people_sign_in(self.world):
            return None
        query, fields = _fields(request.query), _fields(request.body.decode(errors="replace"))
        try:
            match request.method:
                case "GET" if request.path == AUTHORIZE:
                    return _form(self._asked(query))
                case "POST" if request.path == AUTHORIZE:
                    return self._sign_in(self._asked(query), fields)
                case "POST" if request.path == TOKEN:
                    return self._token(fields)
                case "POST" if request.path == REVOKE:
                    return self._revoke(fields)
                case "GET" if request.path == LOGOUT:
                    return self._logout(query)
        except _RefusedError as refused:
            return page(400, f"<p>{html.escape(str(refused))}</p>")
        return page(405, "<p>Method not allowed</p>")

    def _client(self, given: Mapping[str, str]) -> Client:
        client = find_client(self.world, given.get("client_id", ""))
        if client is None:
            raise _RefusedError("There is no such client.")
        return client

    def _asked(self, given: Mapping[str, str]) -> _Asked:
        """Return what was asked for. Whatever is wrong is told here, and not at an address that may be somebody else's."""
        client, address = self._client(given), given.get("redirect_uri", "")
        if address not in client.allowed("CallbackURLs"):
            raise _RefusedError("redirect_uri is none of the client's addresses.")
        if given.get("response_type") != "code" or "code" not in client.allowed("AllowedOAuthFlows"):
            raise _RefusedError("response_type must be code.")
        if not given.get("state"):
            raise _RefusedError("state is missing.")
        challenge = given.get("code_challenge", "")
        if given.get("code_challenge_method") != "S256" or not _DIGEST.fullmatch(challenge):
            raise _RefusedError("code_challenge with the method S256 is missing.")
        scopes = given.get("scope", "").split()
        if not scopes or not set(scopes) <= set(client.allowed("AllowedOAuthScopes")):
            raise _RefusedError("scope is not allowed.")
        return _Asked(client, address, " ".join(scopes), given["state"], given.get("nonce", ""), challenge)

    def _sign_in(self, asked: _Asked, given: Mapping[str, str]) -> Response:
        username = asked.client.known_as(given.get("username", "").strip())
        password = given.get("password", "")
        if (wait := self._waiting(username)) > 0:
            return _form(asked, f"Too many attempts; wait for {wait:.0f} s.", 429)
        try:
            challenge = self._check(asked.client, username, password, given.get("new_password"))
        except _RefusedError as refused:
            return _form(asked, str(refused), 401, new_password="new_password" in given)
        if challenge == _NEW_PASSWORD:
            return _form(asked, "Choose a new password.", new_password=True)
        if challenge is not None:
            return _form(asked, "The local cloud takes no second factor.", 401)
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes[code] = _Code(asked, username, self.clock() + CODE_SECONDS)
        return _redirect(asked.address, code=code, state=asked.state)

    def _check(self, client: Client, username: str, password: str, new_password: str | None) -> str | None:
        """Return the challenge that follows a right password; None if the user is signed in.

        Raises:
            _RefusedError: the password is wrong, or the new one is not allowed.
        """
        provider = self.world.client("cognito-idp")
        try:
            answer = provider.initiate_auth(
                ClientId=client.identifier,
                AuthFlow="USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": username, "PASSWORD": password},
            )
        except ClientError:
            self._note_wrong(username)
            raise _RefusedError(_WRONG) from None
        with self._lock:
            self._attempts.pop(username, None)
        if answer.get("ChallengeName") != _NEW_PASSWORD or not new_password:
            challenge: str | None = answer.get("ChallengeName")
            return challenge
        try:
            # As an administrator, since moto does not hold the answer to this challenge against the policy.
            provider.admin_set_user_password(
                UserPoolId=client.pool.id, Username=username, Password=new_password, Permanent=True
            )
        except ClientError as error:
            raise _RefusedError(error.response["Error"]["Message"]) from None
        return None

    def _waiting(self, username: str) -> float:
        with self._lock:
            attempts = self._attempts.get(username)
            return attempts.until - self.clock() if attempts else 0.0

    def _note_wrong(self, username: str) -> None:
        with self._lock:
            if len(self._attempts) >= MAX_NAMES:
                self._attempts.clear()
            attempts = self._attempts.setdefault(username, _Attempts())
            attempts.wrong += 1
            if (more := attempts.wrong - FREE_ATTEMPTS) >= 0:
                attempts.until = self.clock() + min(2.0 ** min(more, 10), LONGEST_WAIT)

    def _token(self, given: Mapping[str, str]) -> Response:
        client = find_client(self.world, given.get("client_id", ""))
        if client is None:
            return _error("invalid_client")
        match given.get("grant_type"):
            case "authorization_code":
                return self._by_code(client, given)
            case "refresh_token":
                return self._refresh(client, given.get("refresh_token", ""))
        return _error("unsupported_grant_type")

    def _by_code(self, client: Client, given: Mapping[str, str]) -> Response:
        with self._lock:
            code = self._codes.pop(given.get("code", ""), None)  # good for one attempt
        if code is None or self.clock() >= code.expires:
            return _error("invalid_grant")
        asked = code.asked
        same = asked.client.identifier == client.identifier and asked.address == given.get("redirect_uri")
        if not same or not secrets.compare_digest(asked.challenge, _digest(given.get("code_verifier", ""))):
            return _error("invalid_grant")
        token = client.begin_session(code.username)
        session = _Session(client.identifier, asked.scope, self.clock() + client.session_seconds)
        with self._lock:
            self._sessions[token] = session
        tokens = client.tokens(token, session.scope, asked.nonce)
        return _json(200, {**tokens, "refresh_token": token}) if tokens else _error("invalid_grant")

    def _refresh(self, client: Client, token: str) -> Response:
        with self._lock:
            session = self._sessions.get(token)
        if session is None or session.client_id != client.identifier or self.clock() >= session.expires:
            return _error("invalid_grant")
        tokens = client.tokens(token, session.scope)
        return _json(200, tokens) if tokens else _error("invalid_grant")

    def _revoke(self, given: Mapping[str, str]) -> Response:
        """Forget a session. The answer is the same for a token that nobody knows (RFC 7009)."""
        client = find_client(self.world, given.get("client_id", ""))
        if client is None:
            return _error("invalid_client")
        client.end_session(given.get("token", ""))
        return _json(200, {})

    def _logout(self, given: Mapping[str, str]) -> Response:
        client, address = self._client(given), given.get("logout_uri", "")
        if address not in client.allowed("LogoutURLs"):
            raise _RefusedError("logout_uri is none of the client's addresses.")
        return _redirect(address)


def _digest(verifier: str) -> str:
    """Return the challenge that belongs to a verifier (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _form(asked: _Asked, told: str = "", status: int = 200, *, new_password: bool = False) -> Response:
    query = urlencode(
        {
            "client_id": asked.client.identifier,
            "response_type": "code",
            "redirect_uri": asked.address,
            "scope": asked.scope,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": asked.challenge,
            "code_challenge_method": "S256",
        }
    )
    parts = urlsplit(asked.address)
    follows = f"{parts.scheme}://{parts.netloc}"
    return form(f"{AUTHORIZE}?{query}", follows, told, status, new_password=new_password)


def _redirect(address: str, **query: str) -> Response:
    where = f"{address}?{urlencode(query)}" if query else address
    return Response(302, {"location": where, **PRIVATE})


def _json(status: int, content: Mapping[str, object]) -> Response:
    # Cognito lets any page read the answer: it is of use only to who has the code.
    headers = {"content-type": "application/json", "access-control-allow-origin": "*", **PRIVATE}
    return Response(status, headers, json.dumps(content).encode())


def _error(kind: str) -> Response:
    return _json(400, {"error": kind})
