from __future__ import annotations

import json

import pytest

from delivery.cli import main


@pytest.mark.parametrize(
    ("results", "code"),
    [
        ({"changes": "success", "layers": "success", "docs": "skipped"}, 0),
        ({"changes": "success", "layers": "failure"}, 1),
        ({"changes": "success", "layers": "cancelled"}, 1),
        ({"changes": "skipped", "layers": "skipped"}, 1),
        ({"changes": "failure", "layers": "skipped"}, 1),
        ({}, 1),
    ],
)
def test_the_gate(results: dict[str, str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    needs = {job: {"result": result, "outputs": {}} for job, result in results.items()}
    monkeypatch.setenv("NEEDS", json.dumps(needs))
    assert main(["gate"]) == code


def test_the_gate_is_shut_without_results(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate"]) == 1
    assert "NEEDS is not JSON" in capsys.readouterr().err
