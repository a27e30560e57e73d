"""Test the pages to sign in at, with the code flow as a page uses it, and as an attacker might."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from gap import create, fresh, ref, resource
from localcloud.front.http import Request, Response
from localcloud.front.sign_in import CODE_SECONDS, FREE_ATTEMPTS, SignInPages
from localcloud.gaps.user_pools import public_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.cloud import LocalCloud
    from localcloud.world import World

PAGE, OTHER = "http://localhost:8080/", "https://guides.example.org/"
ADA, PASSWORD = "ada@example.org", "Correct-horse-7!"


def template() -> dict[str, Any]:
    """Define a pool with two clients, of which one has addresses of its own."""
    wanted = {f"Require{kind}": True for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols")}
    client = {
        "UserPoolId": ref("Pool"),
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": ["openid", "email"],
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "RefreshTokenValidity": 1440,
        "TokenValidityUnits": {"RefreshToken": "minutes"},
    }
    return {
        "Pool": resource("Cognito::UserPool", UsernameAttributes=["email"],
                         Policies={"PasswordPolicy": {"MinimumLength": 12, **wanted}}),
        "Client": resource("Cognito::UserPoolClient", CallbackURLs=[PAGE, OTHER], LogoutURLs=[PAGE], **client),
        "Another": resource("Cognito::UserPoolClient", CallbackURLs=[PAGE], LogoutURLs=[PAGE], **client),
        "Group": resource("Cognito::UserPoolGroup", UserPoolId=ref("Pool"), GroupName="admin"),
        "Domain": resource("Cognito::UserPoolDomain", UserPoolId=ref("Pool"), Domain=fresh("sign-in")),
    }  # fmt: skip


@dataclass
class Clock:
    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """Somebody at the pages of a pool, as a client sends them there."""

    world: World
    pool: str
    client: str
    another: str
    clock: Clock = field(default_factory=Clock)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))

    def __post_init__(self) -> None:
        self.pages = SignInPages(self.world, self.clock)

    @property
    def question(self) -> dict[str, str]:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return {
            "client_id": self.client,
            "response_type": "code",
            "redirect_uri": PAGE,
            "scope": "openid email",
            "state": "s 1&2",
            "nonce": "n 3&4",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }

    def get(self, path: str, **query: str | None) -> Response:
        answer = self.pages.answer(Request("GET", path, _encoded(query), ()))
        assert answer is not None
        return answer

    def post(self, path: str, query: str = "", **fields: str | None) -> Response:
        answer = self.pages.answer(Request("POST", path, query, (), _encoded(fields).encode()))
        assert answer is not None
        return answer

    def ask(self, **changes: str | None) -> Response:
        """Ask for a code; None leaves something out."""
        return self.get("/oauth2/authorize", **{**self.question, **changes})

    def fill_in(self, username: str = ADA, password: str = PASSWORD, **more: str) -> Response:
        """Send the form of the page, to where the form says."""
        action = re.search(r'action="([^"]+)"', self.ask().body.decode())
        assert action is not None
        where = urlsplit(unescape(action[1]))
        return self.post(where.path, where.query, username=username, password=password, **more)

    def code(self, **given: str) -> str:
        answer = self.fill_in(**given)
        assert answer.status == 302, answer.body
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    def redeem(self, code: str, **changes: str | None) -> Response:
        fields = {
            "grant_type": "authorization_code",
            "client_id": self.client,
            "code": code,
            "redirect_uri": PAGE,
            "code_verifier": self.verifier,
        }
        return self.post("/oauth2/token", "", **{**fields, **changes})

    def tokens(self) -> dict[str, Any]:
        answer = self.redeem(self.code())
        assert answer.status == 200, answer.body
        tokens: dict[str, Any] = json.loads(answer.body)
        return tokens

    def refresh(self, token: str, **changes: str | None) -> Response:
        fields = {"grant_type": "refresh_token", "client_id": self.client, "refresh_token": token}
        return self.post("/oauth2/token", "", **{**fields, **changes})

    def claims(self, token: str) -> dict[str, Any]:
        """Return what a token says, once its signature is verified by the published key."""
        keys = KeySet.import_key_set(json.loads(published(self.pool)))
        claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["RS256"]).claims
        return claims


def _encoded(fields: dict[str, str | None]) -> str:
    return urlencode({name: value for name, value in fields.items() if value is not None})


def published(pool: str) -> bytes:
    app = public_keys(lambda _environ, _start: [b"none"])
    return b"".join(app({"PATH_INFO": f"/{pool}/.well-known/jwks.json"}, lambda *_: lambda _data: None))


@pytest.fixture(scope="module")
def outputs(cloud: LocalCloud) -> Iterator[dict[str, str]]:
    stack = create(cloud.world, template(), {name: ref(name) for name in ("Pool", "Client", "Another")})
    provider, pool = cloud.world.client("cognito-idp"), {"UserPoolId": stack.outputs["Pool"]}
    provider.admin_create_user(**pool, Username=ADA)
    provider.admin_set_user_password(**pool, Username=ADA, Password=PASSWORD, Permanent=True)
    provider.admin_add_user_to_group(**pool, Username=ADA, GroupName="admin")
    yield stack.outputs
    stack.delete()


@pytest.fixture
def browser(cloud: LocalCloud, outputs: dict[str, str]) -> Browser:
    return Browser(cloud.world, outputs["Pool"], outputs["Client"], outputs["Another"])


def refused(answer: Response, kind: str = "invalid_grant") -> bool:
    return (answer.status, json.loads(answer.body)) == (400, {"error": kind})


def test_who_signs_in_gets_tokens(browser: Browser) -> None:
    answer = browser.fill_in("Ada@Example.org")
    where = urlsplit(answer.headers["location"])
    assert (answer.status, f"{where.scheme}://{where.netloc}{where.path}") == (302, PAGE)
    query = parse_qs(where.query)
    assert query["state"] == ["s 1&2"]
    tokens = json.loads(browser.redeem(query["code"][0]).body)
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    access, identity = browser.claims(tokens["access_token"]), browser.claims(tokens["id_token"])
    assert (access["token_use"], access["scope"], access["client_id"]) == (
        "access",
        "openid email",
        browser.client,
    )
    assert access["cognito:groups"] == ["admin"]
    assert "email" not in access
    assert (identity["token_use"], identity["aud"], identity["email"]) == ("id", browser.client, ADA)
    assert (identity["nonce"], identity["cognito:groups"]) == ("n 3&4", ["admin"])
    assert access["sub"] == identity["sub"]


def test_a_session_lasts_a_day(browser: Browser) -> None:
    first = browser.tokens()
    browser.clock.now += 86_000
    again = json.loads(browser.refresh(first["refresh_token"]).body)
    assert "refresh_token" not in again
    assert browser.claims(again["access_token"])["scope"] == "openid email"
    browser.clock.now += 500
    assert refused(browser.refresh(first["refresh_token"]))


def test_a_session_ends_when_its_token_is_revoked_by_its_client(browser: Browser) -> None:
    token = browser.tokens()["refresh_token"]

    def revoke(client: str, token: str) -> Response:
        return browser.post("/oauth2/revoke", client_id=client, token=token)

    assert revoke(browser.another, token).status == 200
    assert browser.refresh(token).status == 200
    assert revoke(browser.client, token).status == 200
    assert refused(browser.refresh(token))
    assert revoke(browser.client, token).status == 200
    assert refused(revoke("nobody", token), "invalid_client")


def test_a_session_ends_when_the_user_is_signed_out_everywhere(browser: Browser) -> None:
    token = browser.tokens()["refresh_token"]
    browser.world.client("cognito-idp").admin_user_global_sign_out(UserPoolId=browser.pool, Username=ADA)
    assert refused(browser.refresh(token))


def test_a_user_who_is_locked_out_gets_nothing(browser: Browser) -> None:
    token = browser.tokens()["refresh_token"]
    provider, user = browser.world.client("cognito-idp"), {"UserPoolId": browser.pool, "Username": ADA}
    provider.admin_disable_user(**user)
    try:
        assert refused(browser.refresh(token))
        assert browser.fill_in().status == 401
    finally:
        provider.admin_enable_user(**user)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code_verifier", "x" * 64),
        ("code_verifier", None),
        ("code_verifier", ""),
        ("redirect_uri", OTHER),  # the client's too, but not what the code was asked for
        ("redirect_uri", "https://evil.example/"),
    ],
)
def test_a_code_that_was_stolen_is_of_no_use(browser: Browser, name: str, value: str | None) -> None:
    code = browser.code()
    assert refused(browser.redeem(code, **{name: value}))
    assert refused(browser.redeem(code)), "whoever has tried it wrong has spent it"


@pytest.mark.parametrize("code", ["", "x"])
def test_a_code_cannot_be_made_up(browser: Browser, code: str) -> None:
    assert refused(browser.redeem(code))


def test_a_code_is_of_no_use_to_another_client(browser: Browser) -> None:
    assert refused(browser.redeem(browser.code(), client_id=browser.another))


def test_a_code_is_good_once(browser: Browser) -> None:
    code = browser.code()
    assert browser.redeem(code).status == 200
    assert refused(browser.redeem(code))


def test_a_code_is_good_for_five_minutes(browser: Browser) -> None:
    code = browser.code()
    browser.clock.now += CODE_SECONDS
    assert refused(browser.redeem(code))


def test_a_session_belongs_to_its_client(browser: Browser) -> None:
    token = browser.tokens()["refresh_token"]
    assert refused(browser.refresh(token, client_id=browser.another))
    assert refused(browser.refresh(token, client_id="none"), "invalid_client")
    assert refused(browser.refresh(token, grant_type="password"), "unsupported_grant_type")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("client_id", "none"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", f"{PAGE}other"),
        ("redirect_uri", PAGE.rstrip("/")),
        ("redirect_uri", None),
        ("response_type", "token"),
        ("state", None),
        ("state", ""),
        ("code_challenge", None),
        ("code_challenge", "short"),
        ("code_challenge", "é" * 43),
        ("code_challenge_method", "plain"),
        ("code_challenge_method", None),
        ("scope", None),
        ("scope", "openid aws.cognito.signin.user.admin"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_question_that_is_not_right_is_answered_here_and_not_where_it_says(
    browser: Browser, method: str, name: str, value: str | None
) -> None:
    query = _encoded({**browser.question, name: value})
    body = _encoded({"username": ADA, "password": PASSWORD}).encode()
    answer = browser.pages.answer(Request(method, "/oauth2/authorize", query, (), body))
    assert answer is not None
    assert (answer.status, answer.headers.get("location")) == (400, None)
    assert b"<form" not in answer.body


def test_a_wrong_password_and_a_user_who_does_not_exist_look_the_same(browser: Browser) -> None:
    wrong, nobody = browser.fill_in(password="Wrong-horse-7!"), browser.fill_in("nobody@example.org")
    assert wrong.status == nobody.status == 401
    assert wrong.body == nobody.body
    assert b"Incorrect username or password" in wrong.body


def test_guessing_takes_longer_and_longer(browser: Browser) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert browser.fill_in(password="Wrong-horse-7!").status == 401
    assert browser.fill_in().status == 429, "even with the right password"
    browser.clock.now += 1.5
    assert browser.fill_in(password="Wrong-horse-7!").status == 401
    browser.clock.now += 1.5
    assert browser.fill_in().status == 429
    browser.clock.now += 1
    assert browser.fill_in().status == 302
    assert browser.fill_in(password="Wrong-horse-7!").status == 401
    assert browser.fill_in().status == 302, "the count begins anew"


def test_a_new_user_chooses_a_password_that_is_strong(browser: Browser) -> None:
    provider, user = (
        browser.world.client("cognito-idp"),
        {"UserPoolId": browser.pool, "Username": "eve@example.org"},
    )
    provider.admin_create_user(**user, TemporaryPassword="Temporary-7!")
    asked = browser.fill_in(user["Username"], "Temporary-7!")
    assert b'name="new_password"' in asked.body
    weak = browser.fill_in(user["Username"], "Temporary-7!", new_password="weak")
    assert (weak.status, b'name="new_password"' in weak.body) == (401, True)
    assert browser.fill_in(user["Username"], "Temporary-7!", new_password=PASSWORD).status == 302
    assert browser.fill_in(user["Username"], PASSWORD).status == 302
    assert browser.fill_in(user["Username"], "Temporary-7!").status == 401


def test_who_leaves_is_sent_to_the_page_and_nowhere_else(browser: Browser) -> None:
    left = browser.get("/logout", client_id=browser.client, logout_uri=PAGE)
    assert (left.status, left.headers["location"]) == (302, PAGE)
    for given in ({"logout_uri": "https://evil.example/"}, {}, {"logout_uri": PAGE, "client_id": "none"}):
        answer = browser.get("/logout", **{"client_id": browser.client, **given})
        assert (answer.status, answer.headers.get("location")) == (400, None)


def test_nothing_that_was_given_is_markup(browser: Browser) -> None:
    text = browser.ask(state='"><script>alert(1)</script>').body.decode()
    assert "<script" not in text
    policy = browser.ask().headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "form-action 'self' http://localhost:8080; base-uri 'none'; frame-ancestors 'none'" in policy


def test_other_methods_are_refused(browser: Browser) -> None:
    assert browser.get("/oauth2/token").status == 405


def test_each_pool_has_a_key_of_its_own(browser: Browser, cloud: LocalCloud) -> None:
    other = create(cloud.world, {"Pool": resource("Cognito::UserPool")}, {"Pool": ref("Pool")})
    try:
        keys = [json.loads(published(pool))["keys"][0] for pool in (browser.pool, other.outputs["Pool"])]
        assert keys[0]["n"] != keys[1]["n"]
        assert all("d" not in key for key in keys)
    finally:
        other.delete()
    assert published("us-east-1_none") == b"none"


def test_where_nobody_signs_in_there_are_no_such_pages(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser.pages.answer(Request("GET", "/", "", ())) is None
    monkeypatch.setattr("localcloud.front.sign_in.people_sign_in", lambda _world: False)
    assert browser.pages.answer(Request("GET", "/logout", "", ())) is None
