"""Test a stage where people sign in: what a stranger, two users and a script get, and the smoke test of its deployment.

It is deployed anew, so this module runs last.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import build
from crackling_aws.names import LOCAL
from delivery.api_client import ApiError
from delivery.stacks.smoke_test import check_stage
from delivery.stacks.visitor import visitor
from local_stage import add_user
from page_tests import run_page_tests
from plumbing import STACK

if TYPE_CHECKING:
    from pathlib import Path

    from local_stage import Deployment, User
    from localcloud.cloud import LocalCloud
    from localcloud.iam.report import Finding
    from web import Answer, Web

FORM = "application/x-www-form-urlencoded"
SEQUENCE = "ACGTTGCATCCATTGCAGGATCCAGGTTTACGGATTACCAGGTTACGATTAGGCATTACAGG"
ACCESSION = "GCF_000840245.1"


@pytest.fixture(scope="module")
def denied_before(deployment: Deployment) -> frozenset[Finding]:
    """Return what the roles forbid of what was done before: all of it, if another module has deleted these roles."""
    return frozenset(deployment.cloud.iam_report().denied)


@pytest.fixture(scope="module")
def closed(
    deployment: Deployment, denied_before: frozenset[Finding], tmp_path_factory: pytest.TempPathFactory
) -> LocalCloud:
    assembly = tmp_path_factory.mktemp("closed") / "cdk.out"
    build.synthesise(assembly, {**deployment.settings, "access": "sign-in"})
    deployment.cloud.deploy(assembly)
    return deployment.cloud


@pytest.fixture(scope="module")
def ada(closed: LocalCloud) -> User:
    return add_user(closed, "ada@example.org")


@pytest.fixture(scope="module")
def bob(closed: LocalCloud) -> User:
    return add_user(closed, "bob@example.org")


def sign_in(web: Web, user: User) -> dict[str, Any]:
    """Return the tokens that the page gets, by the way that `config.json` tells it."""
    config, page = web.get("/config.json").json["signIn"], f"{web.base}/"
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": config["clientId"],
        "response_type": "code",
        "redirect_uri": page,
        "scope": "openid email",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    form = web.get(f"{urlsplit(config['authorize']).path}?{urlencode(query)}")
    action = re.search(r'action="([^"]+)"', form.body.decode())
    assert action is not None
    fields = urlencode({"username": user.email, "password": user.password})
    answer = web.ask("POST", unescape(action[1]), fields, media_type=FORM)
    assert answer.headers["location"].startswith(f"{page}?")
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["state"] == [state]
    given = {
        "grant_type": "authorization_code",
        "client_id": config["clientId"],
        "code": back["code"][0],
        "redirect_uri": page,
        "code_verifier": verifier,
    }
    tokens = web.ask("POST", urlsplit(config["token"]).path, urlencode(given), media_type=FORM)
    assert tokens.status == 200
    found: dict[str, Any] = tokens.json
    return found


@pytest.mark.usefixtures("closed")
def test_a_stranger_gets_nothing_but_the_page(web: Web) -> None:
    def asked(method: str, path: str, token: str | None = None) -> Answer:
        return web.ask(method, f"/api{path}", token=token)

    assert web.get("/").status == 200
    for path in ("/about", "/health", "/openapi.json"):
        assert asked("GET", path).status == 200
    for method, path in (
        ("GET", "/genomes"),
        ("GET", f"/jobs/{'0' * 32}"),
        ("POST", "/jobs"),
        ("DELETE", "/genomes/x"),
    ):
        for token in (None, "nonsense", "e30.e30."):
            answer = asked(method, path, token)
            assert (answer.status, answer.kind) == (401, "application/problem+json")
            assert answer.json["detail"].startswith("Sign in: ")


@pytest.mark.usefixtures("closed")
def test_the_page_lets_people_sign_in(web: Web, ada: User) -> None:
    tokens = sign_in(web, ada)
    assert web.ask("GET", "/api/genomes", token=tokens["access_token"]).status == 200
    # Who the user is, is for the page only.
    assert web.ask("GET", "/api/genomes", token=tokens["id_token"]).status == 401
    sources = web.get("/").headers["content-security-policy"].split("connect-src ")[1].split(";")[0].split()
    assert web.base in sources


@pytest.mark.usefixtures("closed")
def test_what_a_user_sends_is_theirs_until_they_share_it(
    deployment: Deployment, web: Web, ada: User, bob: User
) -> None:
    hers, his = deployment.api_of(ada), deployment.api_of(bob)
    job = hers.submit(sequence=SEQUENCE, genome=ACCESSION)
    hers.wait_for_job(job)
    assert json.loads(hers.export(job, "json"))
    for ask in (lambda: his.get(f"/jobs/{job}"), lambda: his.export(job, "csv"), lambda: his.delete_job(job)):
        with pytest.raises(ApiError) as told:
            ask()
        assert told.value.status == 404
    assert [one["jobId"] for one in hers.get("/jobs")["jobs"]] == [job]
    assert his.get("/jobs")["jobs"] == []
    shared = web.ask("PATCH", f"/api/jobs/{job}", '{"shared": true}', token=ada.token())
    assert (shared.status, shared.json["shared"], shared.json["mine"]) == (200, True, True)
    assert his.get(f"/jobs/{job}")["mine"] is False
    with pytest.raises(ApiError) as told:
        his.delete_job(job)
    assert told.value.status == 403
    hers.delete_job(job)


def test_two_users_share_a_job_in_the_browser(
    closed: LocalCloud, screenshots: Path, ada: User, bob: User
) -> None:
    users = json.dumps([{"email": user.email, "password": user.password} for user in (ada, bob)])
    run_page_tests("two-users.test.js", closed.url, screenshots, USERS=users)


def test_the_smoke_test_signs_in_as_a_user_of_its_own(closed: LocalCloud) -> None:
    users, outputs = closed.client("cognito-idp"), closed.outputs(STACK)

    def names() -> list[str]:
        return [user["Username"] for user in users.list_users(UserPoolId=outputs["UserPool"])["Users"]]

    before = names()
    check_stage(closed.url, sign_in=lambda: visitor(users, LOCAL, outputs))
    assert names() == before


def test_no_function_did_what_its_role_forbids(closed: LocalCloud, denied_before: frozenset[Finding]) -> None:
    assert set(closed.iam_report().denied) - denied_before == set()
