"""The user of a stage who exists only for as long as a test takes."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws

from delivery.program import DeliveryError
from delivery.stacks.visitor import visitor
from worlds import moto_clients

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.stacks.visitor import UserPools

Outputs = dict[str, str]


@pytest.fixture
def users() -> Iterator[UserPools]:
    with mock_aws():
        yield moto_clients().users


@pytest.fixture
def outputs(users: Any) -> Outputs:
    """Return the outputs of a stage whose pool wants passwords as ours does."""
    wanted = {f"Require{kind}": True for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols")}
    policies = {"PasswordPolicy": {"MinimumLength": 12, **wanted}}
    pool = users.create_user_pool(PoolName="pool", UsernameAttributes=["email"], Policies=policies)
    pool_id = pool["UserPool"]["Id"]
    client = users.create_user_pool_client(
        UserPoolId=pool_id, ClientName="page", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    return {"UserPool": pool_id, "UserPoolClient": client["UserPoolClient"]["ClientId"]}


def test_there_is_a_user_for_as_long_as_the_test_takes(users: Any, outputs: Outputs) -> None:
    def names() -> list[str]:
        return [user["Username"] for user in users.list_users(UserPoolId=outputs["UserPool"])["Users"]]

    with visitor(users, "dev", outputs) as token:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        assert claims["token_use"] == "access"
        assert claims["sub"] in names()
        assert "cognito:groups" not in claims
    assert names() == []
    with pytest.raises(DeliveryError, match="no targets"), visitor(users, "dev", outputs):
        raise DeliveryError("no targets")
    assert names() == []


def test_a_user_that_cannot_be_created_is_told(users: UserPools, outputs: Outputs) -> None:
    elsewhere = {**outputs, "UserPool": "us-east-1_other"}
    with pytest.raises(DeliveryError, match=r"to test the stage dev: .*us-east-1_other"):
        visitor(users, "dev", elsewhere).__enter__()


def test_a_stage_without_a_pool_is_told(users: UserPools) -> None:
    with pytest.raises(DeliveryError, match="CracklingStack-dev has no user pool"):
        visitor(users, "dev", {"PageUrl": "https://page.example"}).__enter__()
