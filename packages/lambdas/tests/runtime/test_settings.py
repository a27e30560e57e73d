from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from crackling_aws.settings import Settings, SettingsError
from crackling_lambdas.handlers import api
from crackling_lambdas.runtime import entry, settings
from simulator.world import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crackling_lambdas.runtime.entry import Handler

CLASSES = [
    found
    for _, found in inspect.getmembers(settings, inspect.isclass)
    if issubclass(found, Settings) and found is not Settings
]
COMPLETE = {name.upper(): "3" for found in CLASSES for name in found.__dataclass_fields__}


@pytest.mark.parametrize("kind", CLASSES)
def test_each_required_variable_is_named_when_it_is_missing(kind: type[Settings]) -> None:
    assert kind.load(COMPLETE)
    required = [
        name.upper()
        for name, field in kind.__dataclass_fields__.items()
        if field.default is field.default_factory
    ]
    assert required
    for variable in required:
        for environ in (
            {**COMPLETE, variable: " "},
            {key: value for key, value in COMPLETE.items() if key != variable},
        ):
            with pytest.raises(SettingsError, match=f"{variable} is not set; {kind.__name__} needs it"):
                kind.load(environ)


def test_values_have_their_types() -> None:
    loaded = settings.ApiSettings.load({**COMPLETE, "JOB_DAYS": " 7 "})
    assert (loaded.job_days, loaded.jobs_table) == (7, "3")


@pytest.mark.parametrize(("variable", "text"), [("JOB_DAYS", "a week"), ("JOB_DAYS", "1.5")])
def test_a_malformed_variable_is_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"{variable} is '{text}'; it must be"):
        settings.ApiSettings.load({**COMPLETE, variable: text})


def test_a_function_starts_at_its_first_call_and_then_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("JOBS_TABLE", raising=False)
    handler = entry.entry_point(api.make_handler)
    for _ in range(2):
        with pytest.raises(SettingsError, match="JOBS_TABLE"):
            handler({}, CONTEXT)


def test_a_function_starts_once() -> None:
    starts = []

    def make(environ: Mapping[str, str], _clients: object) -> Handler:
        starts.append("PATH" in environ)
        return lambda event, _context: {"echo": event}

    handler = entry.entry_point(make)
    assert [handler({"n": n}, CONTEXT) for n in (1, 2)] == [{"echo": {"n": 1}}, {"echo": {"n": 2}}]
    assert starts == [True]
