"""The threat model names tests that exist, and what is installed is locked by hashes."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(
    r"^\| (.+?) \| .+? \| (.+) \|$", (ROOT / "docs" / "threat-model.md").read_text("utf-8"), re.MULTILINE
)
THREATS = {threat: cell for threat, cell in ROWS if threat not in ("Threat", "---")}
NPM_LOCKS = sorted(ROOT.glob("packages/*/package-lock.json"))


def functions(path: Path) -> set[str]:
    found = ast.parse(path.read_text("utf-8")).body
    return {statement.name for statement in found if isinstance(statement, ast.FunctionDef)}


def test_there_are_threats() -> None:
    assert len(THREATS) > 10


@pytest.mark.parametrize("threat", THREATS)
def test_every_threat_has_a_test_that_exists(threat: str) -> None:
    named = re.findall(r"`([\w/.-]+)::(\w+)`", THREATS[threat])
    assert named
    assert THREATS[threat].count("`") == 2 * len(named)
    missing = [f"{path}::{name}" for path, name in named if name not in functions(ROOT / path)]
    assert not missing


def test_every_locked_package_has_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    packages = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert len(packages) > 50
    assert [line.split()[0] for line in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", line)] == []
    assert [line.split()[0] for line in packages if not re.match(r"[\w.-]+==\d\S*", line)] == []


@pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda lock: lock.parent.name)
def test_every_locked_npm_package_has_its_integrity(lock: Path) -> None:
    packages = {
        name: entry for name, entry in json.loads(lock.read_text("utf-8"))["packages"].items() if name
    }
    assert packages
    # What another package brings in its own archive is covered by that archive's integrity.
    assert [
        name for name, entry in packages.items() if not (entry.get("integrity") or entry.get("inBundle"))
    ] == []
