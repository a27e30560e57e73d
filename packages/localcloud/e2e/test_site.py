"""Test the page as a browser gets it: from the distribution, with headers that forbid what it does not need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from plumbing import STACK

if TYPE_CHECKING:
    from local_stage import Deployment
    from web import Web

LINK = re.compile(r'(?:src|href)="([^"#]+)"')


def policy(web: Web, path: str) -> dict[str, list[str]]:
    """Return the content security policy: sources by directive."""
    parts = (part.split() for part in web.get(path).headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in parts}


def test_the_page_is_at_the_root_with_all_that_it_names(web: Web) -> None:
    page = web.get("/")
    assert (page.status, page.kind) == (200, "text/html")
    links = set(LINK.findall(page.body.decode()))
    assert len(links) >= 3
    for link in links:
        answer = web.get(urljoin("/", link))
        assert answer.status == 200, link
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.kind in ("text/javascript", "application/javascript", "text/css", "image/svg+xml"), link


@pytest.mark.parametrize("path", ["/", "/config.json", "/nothing.js", "/api/health", "/api/nothing"])
def test_every_answer_has_the_security_headers(web: Web, path: str) -> None:
    headers = web.get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert "content-security-policy" in headers


def test_the_page_may_load_its_own_files_and_no_more(web: Web) -> None:
    found = policy(web, "/")
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == ["'self'"]
    assert found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & {
        source for sources in found.values() for source in sources
    }


def test_the_page_learns_where_the_api_is(web: Web) -> None:
    answer = web.get("/config.json")
    assert (answer.status, answer.kind, answer.json) == (
        200,
        "application/json",
        {"api": "/api", "stage": "local"},
    )


@pytest.mark.parametrize("path", ["/jobs/1", "/about/", "/../etc/passwd", "/page.html"])
def test_an_unknown_path_leads_to_the_page(web: Web, path: str) -> None:
    """The page's views are in the fragment (#...), which a browser keeps when it is redirected."""
    answer = web.get(path)
    assert (answer.status, answer.headers["location"]) == (302, "/")


def test_nothing_is_told_of_a_file_that_is_not_there(web: Web) -> None:
    assert web.get("/assets/main-OLD.js").status == web.get("/../.env.json").status == 403


def test_the_api_answers_for_its_own_unknown_paths(web: Web) -> None:
    answer = web.get("/api/nothing")
    assert (answer.status, answer.kind) == (404, "application/problem+json")


def test_the_page_takes_no_writes(web: Web) -> None:
    assert web.ask("PUT", "/index.html", "<p>other</p>").status == 403


def test_its_bucket_is_not_open_to_others(deployment: Deployment) -> None:
    bucket = deployment.cloud.outputs(STACK)["PageBucket"]
    block = deployment.cloud.client("s3").get_public_access_block(Bucket=bucket)
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}
