from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from crackling_aws.parameters import MissingParameterError, Parameters

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ssm() -> Iterator[Any]:
    with mock_aws():
        yield boto3.client("ssm")


def put(ssm: Any, value: str, kind: str = "String") -> None:
    ssm.put_parameter(Name="/crackling/test/x", Value=value, Type=kind, Overwrite=True)


def test_a_value_is_kept_for_as_long_as_it_is_fresh(ssm: Any) -> None:
    put(ssm, "old")
    clock = Clock()
    parameters = Parameters(ssm, clock)
    assert parameters.get("/crackling/test/x") == "old"
    put(ssm, "new")
    clock.now = 59.9
    assert parameters.get("/crackling/test/x") == "old"
    assert parameters.get("/crackling/test/x", fresh_seconds=0) == "new"
    put(ssm, "newer")
    clock.now = 120
    assert parameters.get("/crackling/test/x") == "newer"


def test_a_missing_one_is_named_and_looked_for_again(ssm: Any) -> None:
    parameters = Parameters(ssm, Clock())
    with pytest.raises(MissingParameterError, match="/crackling/test/x"):
        parameters.get("/crackling/test/x")
    put(ssm, "here")
    assert parameters.get("/crackling/test/x") == "here"


def test_a_secret_comes_as_clear_text(ssm: Any) -> None:
    put(ssm, "key", "SecureString")
    assert Parameters(ssm, Clock()).get_secret("/crackling/test/x") == "key"
