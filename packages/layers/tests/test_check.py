"""Test that check.py says what it could not try, and fails for it in continuous integration."""

from __future__ import annotations

from dataclasses import replace

import pytest

import check
from layer_recipes import wheels
from layer_recipes.target import Target


@pytest.fixture(autouse=True)
def _no_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "interpreter", lambda _version: None)


def findings(target: Target) -> list[str]:
    return list(check._imports({}, target))


def test_without_the_python_the_imports_are_a_finding_in_continuous_integration(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    [finding] = findings(replace(Target.here(), python="3.99"))
    assert finding == (
        "imports are not tried: no Python 3.99 on this machine; `uv python install 3.99` brings it"
    )


def test_elsewhere_they_are_only_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert findings(replace(Target.here(), python="3.99")) == []
    assert "not tried: no Python 3.99" in capsys.readouterr().out


def test_programs_for_another_processor_cannot_be_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")
    other = "x86_64" if Target.here().arch == "arm64" else "arm64"
    assert findings(replace(Target.here(), arch=other)) == []
    assert f"cannot run programs for {other}" in capsys.readouterr().out
