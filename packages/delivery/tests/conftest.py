from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from worlds import FakeWorld, MotoWorld, World

if TYPE_CHECKING:
    from collections.abc import Iterator

# Before the CDK is imported: skips five seconds of rules, which the session lint-templates runs.
os.environ["CDK_VALIDATION"] = "false"


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here may find a real account, or a real repository."""
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.setenv(f"AWS_{name}", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "NEEDS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["moto", "fake"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    if request.param == "fake":
        yield FakeWorld()
    else:
        with mock_aws():
            yield MotoWorld(monkeypatch)
