"""The subjects that the roles trust are those that GitHub sends."""

from __future__ import annotations

import io
import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest

from delivery.account.subject import subject_prefix
from delivery.account.template import template
from delivery.github import GitHub
from delivery.program import DeliveryError
from worlds import SkippingClock

PLAIN, WITH_IDS = "repo:owner/crackling", "repo:owner@7/crackling@42"


def a_repository(
    *,
    ids: bool = False,
    token: str = "token",
    created: str = "2025-01-01T00:00:00Z",
    hidden: bool = False,
    settings: dict[str, Any] | None = None,
    full_name: str = "owner/crackling",
) -> GitHub:
    """GitHub with one repository; `settings` are those of its subjects, by default the ones that GitHub answers."""
    told = {
        "use_default": True,
        "use_immutable_subject": ids,
        "sub_claim_prefix": WITH_IDS if ids else PLAIN,
    }
    facts = {"id": 42, "full_name": full_name, "owner": {"id": 7}, "created_at": created}

    def send(request: urllib.request.Request) -> tuple[bytes, str]:
        assert (request.get_header("Authorization") is not None) == bool(token)
        path = request.full_url.removeprefix("https://api.github.com/repos/owner/crackling")
        if hidden or (path and not token):
            raise urllib.error.HTTPError(request.full_url, 404, "", {}, io.BytesIO(b"Not Found"))  # type: ignore[arg-type]
        answers = {"": facts, "/actions/oidc/customization/sub": told if settings is None else settings}
        return json.dumps(answers[path]).encode(), ""

    return GitHub("owner/crackling", token, send=send)


@pytest.mark.parametrize(
    ("github", "prefix"),
    [
        (a_repository(), PLAIN),
        (a_repository(ids=True), WITH_IDS),
        (a_repository(settings={"use_default": True}), PLAIN),
        (a_repository(settings={"use_default": True, "use_immutable_subject": True}), WITH_IDS),
        (a_repository(settings={"use_default": False, "include_claim_keys": ["repo", "context"]}), PLAIN),
        (a_repository(token="", created="2026-07-15T00:00:00Z"), WITH_IDS),
    ],
)
def test_the_form_that_github_sends_is_trusted(github: GitHub, prefix: str) -> None:
    assert subject_prefix(github) == prefix


@pytest.mark.parametrize(
    ("github", "told"),
    [
        (a_repository(token=""), f"{PLAIN} or {WITH_IDS}: set GITHUB_TOKEN"),
        (a_repository(hidden=True), "shows no repository owner/crackling"),
        (a_repository(settings={"use_default": False, "include_claim_keys": ["job_workflow_ref"]}), "reset"),
        (
            a_repository(settings={"use_default": True, "sub_claim_prefix": "repository_id:42"}),
            "cannot trust",
        ),
        (a_repository(token="", full_name="owner/renamed"), "is now owner/renamed"),
    ],
)
def test_what_github_does_not_tell_has_a_remedy(github: GitHub, told: str) -> None:
    with pytest.raises(DeliveryError) as error:
        subject_prefix(github)
    assert told in str(error.value)
    assert "--subject-prefix" in str(error.value)


def test_without_github_there_is_a_remedy() -> None:
    def send(_request: object) -> tuple[bytes, str]:
        raise urllib.error.URLError("no network")

    with pytest.raises(DeliveryError, match=r"does not answer: .*no network.*--subject-prefix"):
        subject_prefix(GitHub("owner/crackling", "", send=send, clock=SkippingClock()))


def test_the_template_accepts_both_forms() -> None:
    pattern = template()["Parameters"]["SubjectPrefix"]["AllowedPattern"]
    assert all(re.fullmatch(pattern, one) for one in (PLAIN, WITH_IDS))
