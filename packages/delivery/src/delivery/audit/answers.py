"""Read what pip-audit and npm tell about the packages of a lock.

Each answers in JSON. pip-audit's has an entry for each package, with its vulnerabilities or with the reason why it was
skipped; `npm audit` lists the packages that are affected, with the advisories or with the other packages that they are affected
by. A package that the database was not asked about is never taken for a safe one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from delivery.audit.shipped import is_shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, order=True)
class Vulnerability:
    """A known vulnerability of a locked version, and the versions that mend it ("" if none does)."""

    package: str
    version: str
    advisory: str
    mended: str
    shipped: bool


@dataclass(frozen=True)
class Answer:
    """Hold what is known of the packages of a lock.

    Nothing is known of those that the database was not asked about; `unasked` tells why ("" if it was asked about all).
    """

    lock: str
    vulnerabilities: tuple[Vulnerability, ...] = ()
    unasked: str = ""


def of_pip_audit(lock: str, text: str, shipped: frozenset[str]) -> Answer:
    """Return the answer that pip-audit wrote as JSON.

    Args:
        lock: the lock that it was asked about.
        text: its standard output.
        shipped: the names of the packages that are shipped.
    """
    content = _parsed(text)
    if content is None or "dependencies" not in content:
        return Answer(lock, unasked="pip-audit gave no answer")
    packages = content["dependencies"]
    skipped = [one for one in packages if "skip_reason" in one]
    found = (
        Vulnerability(
            one["name"],
            one["version"],
            known["id"],
            ", ".join(known["fix_versions"]),
            one["name"] in shipped,
        )
        for one in packages
        for known in one.get("vulns", ())
    )
    unasked = f"{len(skipped)} of {len(packages)} packages: {skipped[0]['skip_reason']}" if skipped else ""
    if not packages:
        unasked = "pip-audit found no package in it"
    return Answer(lock, tuple(sorted(found)), unasked)


def of_npm_audit(lock: str, text: str, locked: Mapping[str, Mapping[str, Any]]) -> Answer:
    """Return the answer that `npm audit` wrote as JSON.

    Args:
        lock: the lock that it was asked about.
        text: its standard output.
        locked: what the lock says of each package, by the place where it is installed.
    """
    content = _parsed(text)
    if content is None:
        return Answer(lock, unasked="npm gave no answer")
    if "vulnerabilities" not in content:
        error = content.get("error") or {}
        return Answer(lock, unasked=content.get("message") or error.get("summary") or "npm gave no answer")
    found = {
        vulnerability
        for entry in content["vulnerabilities"].values()
        for vulnerability in _npm_vulnerabilities(entry, locked)
    }
    return Answer(lock, tuple(sorted(found)))


def _npm_vulnerabilities(
    entry: Mapping[str, Any], locked: Mapping[str, Mapping[str, Any]]
) -> Iterator[Vulnerability]:
    """Yield the advisories of one package for each place where it is installed.

    What is a name instead of an advisory is another package, which has an entry of its own.
    """
    advisories = [one for one in entry["via"] if not isinstance(one, str)]
    for place in entry["nodes"]:
        for advisory in advisories:
            yield Vulnerability(
                entry["name"],
                locked[place]["version"],
                advisory["url"].rpartition("/")[2],
                _npm_remedy(entry["fixAvailable"]),
                is_shipped(locked[place]),
            )


def _npm_remedy(fix: bool | Mapping[str, Any]) -> str:
    """Return what mends a package: npm knows a version of one that the folder requires, or that any update does, or nothing."""
    if isinstance(fix, bool):
        return "npm audit fix" if fix else ""
    return f"{fix['name']} {fix['version']}"


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
