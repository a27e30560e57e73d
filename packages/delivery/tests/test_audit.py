"""The audit: its bills of materials, what it understands of the databases' answers, and when it fails.

The answers are shaped as pip-audit and npm document them; nothing here asks a database.
"""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

from delivery.audit import answers, bills, databases, shipped
from delivery.audit.answers import Answer, Vulnerability
from delivery.cli import main
from delivery.commands import audit
from delivery.repository import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PIP_AUDIT: dict[str, Any] = {
    "dependencies": [
        {"name": "safe", "version": "1.0", "vulns": []},
        {
            "name": "flask",
            "version": "0.5",
            "vulns": [
                {
                    "id": "PYSEC-2019-179",
                    "fix_versions": ["1.0", "2.0"],
                    "aliases": ["CVE-2019-1010083"],
                    "description": "Unexpected memory usage.",
                },
                {"id": "PYSEC-2018-66", "fix_versions": [], "aliases": [], "description": ""},
            ],
        },
    ],
    "fixes": [],
}
SKIPPED = {"name": "lost", "skip_reason": "Dependency not found on PyPI and could not be audited: lost (1.0)"}
ADVISORY = {
    "source": 1_096_727,
    "name": "tar",
    "dependency": "tar",
    "title": "Arbitrary file overwrite",
    "url": "https://github.com/advisories/GHSA-qq89-hq3f-393p",
    "severity": "high",
    "cwe": ["CWE-22"],
    "cvss": {"score": 8.2, "vectorString": None},
    "range": "<6.1.9",
}
NPM_AUDIT: dict[str, Any] = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "tar": {
            "name": "tar",
            "severity": "high",
            "isDirect": False,
            "via": [ADVISORY],
            "effects": ["packer"],
            "range": "<6.1.9",
            "nodes": ["node_modules/packer/node_modules/tar", "node_modules/tar"],
            "fixAvailable": {"name": "packer", "version": "3.0.0", "isSemVerMajor": True},
        },
        "packer": {
            "name": "packer",
            "severity": "high",
            "isDirect": True,
            "via": ["tar"],
            "effects": [],
            "range": "<3.0.0",
            "nodes": ["node_modules/packer"],
            "fixAvailable": {"name": "packer", "version": "3.0.0", "isSemVerMajor": True},
        },
    },
    "metadata": {"vulnerabilities": {"high": 2, "total": 2}, "dependencies": {"total": 3}},
}
LOCKED: Mapping[str, Mapping[str, Any]] = {
    "node_modules/tar": {"version": "6.0.0"},
    "node_modules/packer": {"version": "2.0.0", "dev": True},
    "node_modules/packer/node_modules/tar": {"version": "5.0.0", "dev": True},
}
FLASK = (
    Vulnerability("flask", "0.5", "PYSEC-2018-66", "", shipped=True),
    Vulnerability("flask", "0.5", "PYSEC-2019-179", "1.0, 2.0", shipped=True),
)


# --- answers of pip-audit ---


def test_vulnerable_python_packages_are_found() -> None:
    answer = answers.of_pip_audit("a.lock", json.dumps(PIP_AUDIT), frozenset({"flask"}))
    assert answer == Answer("a.lock", FLASK)


def test_a_python_package_that_is_not_shipped_is_told_apart() -> None:
    answer = answers.of_pip_audit("a.lock", json.dumps(PIP_AUDIT), frozenset({"safe"}))
    assert [one.shipped for one in answer.vulnerabilities] == [False, False]


def test_a_skipped_package_was_not_asked_about_and_the_others_were() -> None:
    """pip-audit says so of every package, and exits with 0, where it cannot reach the database."""
    text = json.dumps({**PIP_AUDIT, "dependencies": [*PIP_AUDIT["dependencies"], SKIPPED]})
    answer = answers.of_pip_audit("a.lock", text, frozenset({"flask"}))
    assert answer.vulnerabilities == FLASK
    assert answer.unasked == f"1 of 3 packages: {SKIPPED['skip_reason']}"


@pytest.mark.parametrize("text", ["", "ERROR:pip_audit", "{}", "[]", '{"dependencies": []}'])
def test_no_answer_of_pip_audit_is_not_a_clean_one(text: str) -> None:
    assert answers.of_pip_audit("a.lock", text, frozenset()).unasked


# --- answers of npm ---


def test_vulnerable_node_packages_are_found_where_they_are_installed() -> None:
    """Each version once; a package that is affected by another only is not counted again."""
    advisory, remedy = "GHSA-qq89-hq3f-393p", "packer 3.0.0"
    assert answers.of_npm_audit("p.json", json.dumps(NPM_AUDIT), LOCKED) == Answer(
        "p.json",
        (
            Vulnerability("tar", "5.0.0", advisory, remedy, shipped=False),
            Vulnerability("tar", "6.0.0", advisory, remedy, shipped=True),
        ),
    )


@pytest.mark.parametrize(("fix", "remedy"), [(True, "npm audit fix"), (False, "")])
def test_npm_tells_whether_anything_mends_it(fix: bool, remedy: str) -> None:
    entry = {**NPM_AUDIT["vulnerabilities"]["tar"], "fixAvailable": fix}
    answer = answers.of_npm_audit("p.json", json.dumps({"vulnerabilities": {"tar": entry}}), LOCKED)
    assert {one.mended for one in answer.vulnerabilities} == {remedy}


def test_a_clean_answer_of_npm_is_clean() -> None:
    text = json.dumps({"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {}})
    assert answers.of_npm_audit("p.json", text, LOCKED) == Answer("p.json")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "npm gave no answer"),
        ('{"message": "405 Method Not Allowed", "error": {"summary": ""}}', "405 Method Not Allowed"),
        ('{"error": {"code": "ENOLOCK", "summary": "This needs a lock file"}}', "This needs a lock file"),
        ("{}", "npm gave no answer"),
    ],
)
def test_no_answer_of_npm_is_not_a_clean_one(text: str, reason: str) -> None:
    assert answers.of_npm_audit("p.json", text, LOCKED).unasked == reason


# --- the programs ---


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with stand-ins for pip-audit and npm, which print NAME.json there and complain."""
    for name in ("pip-audit", "npm"):
        script = f"#!/bin/sh\n/bin/cat {tmp_path / name}.json\necho 'the network is down' >&2\nexit 1\n"
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(databases, "isolated", lambda _tool: tmp_path)
    monkeypatch.setattr(databases, "environment", lambda: {"PATH": str(tmp_path)})
    return tmp_path


def test_every_lock_is_asked_about(tools: Path) -> None:
    (tools / "pip-audit.json").write_text(json.dumps(PIP_AUDIT))
    (tools / "npm.json").write_text(json.dumps({"vulnerabilities": {}}))
    found = list(databases.ask())
    locks = [*ROOT.glob("*.lock"), *ROOT.glob("scripts/*.lock"), *ROOT.glob("packages/*/package-lock.json")]
    assert sorted(ROOT / one.lock for one in found) == sorted(locks)
    assert [one.unasked for one in found] == [""] * len(locks)


def test_a_program_that_says_nothing_is_quoted(tools: Path) -> None:
    (tools / "pip-audit.json").touch()
    (tools / "npm.json").touch()
    assert {one.unasked.rpartition(": ")[2] for one in databases.ask()} == {"the network is down"}


# --- when it fails ---


def told(capsys: pytest.CaptureFixture[str], *found: Answer) -> tuple[int, str, str]:
    code = audit.report(found)
    output = capsys.readouterr()
    return code, output.out, output.err


def test_a_vulnerable_package_that_is_shipped_fails(capsys: pytest.CaptureFixture[str]) -> None:
    code, table, messages = told(capsys, Answer("requirements.lock", FLASK), Answer("p.json"))
    assert code == 1
    assert [line.split() for line in table.splitlines()] == [
        ["Package", "Version", "Advisory", "Mended", "by", "Shipped", "Lock"],
        ["flask", "0.5", "PYSEC-2018-66", "nothing", "yet", "yes", "requirements.lock"],
        ["flask", "0.5", "PYSEC-2019-179", "1.0,", "2.0", "yes", "requirements.lock"],
    ]
    assert "shipped and vulnerable: flask. " in messages
    assert "--upgrade-package NAME" in messages


def test_a_vulnerable_tool_is_told_and_does_not_fail(capsys: pytest.CaptureFixture[str]) -> None:
    tool = Vulnerability("packer", "2.0.0", "GHSA-1", "", shipped=False)
    code, table, messages = told(capsys, Answer("p.json", (tool,)))
    assert (code, messages) == (0, "")
    assert "packer" in table


def test_a_database_that_was_not_asked_fails(capsys: pytest.CaptureFixture[str]) -> None:
    code, table, messages = told(capsys, Answer("p.json", unasked="405 Method Not Allowed"))
    assert (code, table) == (1, "")
    assert "p.json: not asked about: 405 Method Not Allowed" in messages
    assert "--offline" in messages
    assert "no known vulnerabilities" not in messages


def test_nothing_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, Answer("p.json")) == (0, "", "no known vulnerabilities\n")


def test_offline_asks_nobody_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "SBOMS", tmp_path / "sbom")
    monkeypatch.setattr(bills, "python_bill", lambda: MERGED)
    monkeypatch.setattr(databases, "ask", lambda: pytest.fail("asked"))
    assert main(["audit", "--offline"]) == 0
    assert "no database of vulnerabilities was asked" in capsys.readouterr().err
    names = {"python.cdx.json", "frontend.cdx.json", "infra.cdx.json", "packages.csv"}
    assert {path.name for path in (tmp_path / "sbom").iterdir()} == names
    with (tmp_path / "sbom" / "packages.csv").open(encoding="utf-8") as file:
        rows = {(one["bill"], one["name"]): one for one in csv.DictReader(file)}
    flask = {"bill": "python", "name": "Flask.Cors", "version": "1", "licence": "MIT", "shipped": "yes"}
    assert rows["python", "Flask.Cors"] == flask
    # The real locks of the Node packages.
    assert (rows["frontend", "react"]["licence"], rows["frontend", "react"]["shipped"]) == ("MIT", "yes")
    assert rows["frontend", "@biomejs/biome"]["shipped"] == "no"
    assert {row["shipped"] for (bill, _name), row in rows.items() if bill == "infra"} == {"no"}


# --- bills of materials ---

HASHES = [{"hashes": [{"alg": "SHA-256", "content": "00"}], "type": "distribution"}]
OF_LOCK: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "components": [
        {
            "bom-ref": "L1",
            "name": "Flask.Cors",
            "version": "1",
            "description": "requirements line 1: flask-cors==1",
            "externalReferences": HASHES,
        },
        {"bom-ref": "L2", "name": "six", "version": "2", "externalReferences": HASHES},
        {"bom-ref": "L3", "name": "pywin32", "version": "3", "externalReferences": HASHES},
    ],
    "dependencies": [{"ref": "L1"}, {"ref": "L2"}, {"ref": "L3"}],
}
OF_ENVIRONMENT: dict[str, Any] = {
    "components": [
        {
            "bom-ref": "flask-cors==1",
            "name": "flask-cors",
            "version": "1",
            "description": "Requests from elsewhere.",
            "licenses": [
                {"license": {"id": "MIT"}},
                {"license": {"name": "License :: OSI Approved :: MIT License"}},
            ],
        },
        {
            "bom-ref": "six==2",
            "name": "six",
            "version": "2",
            "licenses": [{"license": {"name": "License :: OSI Approved :: BSD License"}}],
        },
        {"bom-ref": "ours", "name": "crackling-aws"},
    ],
    "dependencies": [
        {"ref": "flask-cors==1", "dependsOn": ["ours", "six==2"]},
        {"ref": "ours", "dependsOn": ["six==2"]},
        {"ref": "six==2"},
    ],
}
MERGED = bills.merged(OF_LOCK, OF_ENVIRONMENT, frozenset({"flask-cors"}))


def test_a_bill_has_what_the_lock_names_with_the_facts_of_the_environment() -> None:
    cors, six, windows = MERGED["components"]
    assert cors["description"] == "Requests from elsewhere."
    assert cors["externalReferences"] == six["externalReferences"] == HASHES
    assert (cors["scope"], six["scope"]) == ("required", "excluded")
    # It is not installed here, so the lock is all that is known of it.
    assert windows == {**OF_LOCK["components"][2], "scope": "excluded"}
    assert MERGED["dependencies"] == [{"ref": "L1", "dependsOn": ["L2"]}, {"ref": "L2"}, {"ref": "L3"}]


def test_the_list_has_licences_as_they_are_declared() -> None:
    found = [(one.name, one.licence) for one in bills.listed("python", MERGED)]
    assert found == [("Flask.Cors", "MIT"), ("pywin32", ""), ("six", "BSD License")]


def test_tools_are_not_taken_for_shipped_packages() -> None:
    names = shipped.python_packages(ROOT)
    assert {"boto3", "pydantic", "rich", "viennarna"} <= names
    assert not {"moto", "pytest", "mypy"} & names
