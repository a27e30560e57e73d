"""Write software bills of materials in CycloneDX's format, and a list of their packages.

cyclonedx-py reads hashes from a lock, or licences and dependencies from an environment. The bill of the Python packages has
what the lock names, and takes the other facts from the environment, where the package is installed.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from delivery.audit import shipped
from delivery.program import DeliveryError
from delivery.repository import ROOT, isolated, output_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = ROOT / "requirements.lock"
NODE_FOLDERS = (ROOT / "packages" / "frontend", ROOT / "packages" / "infra")
LIST = "packages.csv"
ENDING = ".cdx.json"

Bill = dict[str, Any]
"""A bill of materials as CycloneDX's JSON has it."""


@dataclass(frozen=True)
class Package:
    """A line of the list: a package of a bill, its licence as declared ("" if nothing is known), and whether it is shipped."""

    bill: str
    name: str
    version: str
    licence: str
    shipped: bool


def write(folder: Path) -> list[Package]:
    """Write all bills and the list into the folder, and return the list.

    Raises:
        DeliveryError: a tool failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bills = {"python": python_bill(), **{one.name: node_bill(one) for one in NODE_FOLDERS}}
    for name, bill in bills.items():
        text = json.dumps(bill, indent=1, sort_keys=True)
        (folder / f"{name}{ENDING}").write_text(f"{text}\n", "utf-8")
    packages = [package for name, bill in bills.items() for package in listed(name, bill)]
    with (folder / LIST).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(field.name for field in fields(Package))
        for package in packages:
            lines.writerow({**asdict(package), "shipped": "yes" if package.shipped else "no"}.values())
    return packages


def python_bill() -> Bill:
    """Return the bill of the Python packages that requirements.lock names."""
    program = str(isolated("audit") / "cyclonedx-py")
    options = ["--output-reproducible", "--short-PURLs"]
    locked = _parsed(output_of(program, "requirements", *options, str(LOCK)))
    installed = _parsed(output_of(program, "environment", *options, sys.executable))
    return merged(locked, installed, shipped.python_packages(ROOT))


def node_bill(folder: Path) -> Bill:
    """Return the bill of the Node packages that the folder's lock names."""
    words = ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    bill = _parsed(output_of(*words, cwd=folder))
    for component in bill["components"]:
        development = any(one["name"] == "cdx:npm:package:development" for one in component["properties"])
        component["scope"] = _scope(not development)
    return bill


def merged(locked: Bill, installed: Bill, shipped_names: frozenset[str]) -> Bill:
    """Return the bill of a lock with the licences, descriptions and dependencies of the environment's bill."""
    known = {_key(one): one for one in installed["components"] if "version" in one}
    references = {_key(one): one["bom-ref"] for one in locked["components"]}
    replaced = {one["bom-ref"]: references[key] for key, one in known.items() if key in references}
    components = []
    for one in locked["components"]:
        # The description of a lock's component is its line.
        component = {key: value for key, value in one.items() if key != "description"}
        found = known.get(_key(one), {})
        component |= {key: found[key] for key in ("description", "licenses") if key in found}
        component["scope"] = _scope(_key(one)[0] in shipped_names)
        components.append(component)
    needs = {
        replaced[one["ref"]]: [replaced[ref] for ref in one.get("dependsOn", ()) if ref in replaced]
        for one in installed["dependencies"]
        if one["ref"] in replaced
    }
    dependencies = [
        {"ref": ref, **({"dependsOn": needs[ref]} if needs.get(ref) else {})} for ref in references.values()
    ]
    return {**locked, "components": components, "dependencies": dependencies}


def listed(name: str, bill: Bill) -> Iterator[Package]:
    """Yield the packages of a bill in the order of their names."""
    for one in sorted(bill["components"], key=lambda one: (one["name"], one["version"])):
        full_name = f"{one['group']}/{one['name']}" if one.get("group") else one["name"]
        yield Package(name, full_name, one["version"], _licence(one), one["scope"] == _scope(True))


def _key(component: dict[str, Any]) -> tuple[str, str]:
    """Return what identifies a Python package: its name, which is spelt in several ways, and its version."""
    return canonicalize_name(component["name"]), component["version"]


def _scope(is_shipped: bool) -> str:
    """Return CycloneDX's word; `excluded` is what is not there when the product runs, such as tools and tests."""
    return "required" if is_shipped else "excluded"


def _licence(component: dict[str, Any]) -> str:
    """Return the licence that a component declares; names of classifiers only if it has nothing better."""
    licences = component.get("licenses", [])
    best = [one["expression"] for one in licences if "expression" in one]
    best += [one["license"]["id"] for one in licences if "id" in one.get("license", {})]
    names = [one["license"]["name"] for one in licences if "name" in one.get("license", {})]
    return ", ".join(best or (name.removeprefix("License :: OSI Approved :: ") for name in names))


def _parsed(text: str) -> Bill:
    try:
        bill: Bill = json.loads(text)
    except ValueError as error:
        raise DeliveryError(f"no bill of materials, but {text[:80]!r}") from error
    return bill
