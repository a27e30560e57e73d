"""Test what is known of settings without reading any."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from crackling_aws.settings import Settings, SettingsError, variables


@dataclass(frozen=True, kw_only=True)
class Base(Settings):
    jobs_table: str


@dataclass(frozen=True, kw_only=True)
class Derived(Base):
    attempts: int = 3


def test_the_variables_of_a_class_include_those_that_it_inherits() -> None:
    assert variables(Derived) == {"JOBS_TABLE": True, "ATTEMPTS": False}


def test_exactly_the_required_variables_must_be_there() -> None:
    given = {name: "1" for name, required in variables(Derived).items() if required}
    assert Derived.load(given) == Derived(jobs_table="1")
    with pytest.raises(SettingsError, match="JOBS_TABLE"):
        Derived.load({})
