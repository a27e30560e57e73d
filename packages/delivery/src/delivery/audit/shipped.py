"""Tell which of the locked packages are shipped: in a layer, in the workers' image, with the command line, or on the page."""

from __future__ import annotations

import json
import tomllib
from importlib.metadata import requires
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GROUPS = ("crackling", "runtime", "viennarna", "boto3")
"""The dependency groups of packages/layers of which a deployment or an image of the workers has the packages."""

COMMAND_LINE = "crackling-cloud"


def python_packages(root: Path) -> frozenset[str]:
    """Return the names of the Python packages that are shipped, in their normal form."""
    project = tomllib.loads((root / "packages" / "layers" / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    grouped = {canonicalize_name(one.name) for name in GROUPS for one in _applying(groups[name])}
    return frozenset(grouped | _installed_with(COMMAND_LINE))


def node_packages(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the lock of a folder says of each Node package, by the place where it is installed."""
    locked = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    return {place: package for place, package in locked.items() if place}


def is_shipped(node_package: Mapping[str, Any]) -> bool:
    """Return whether a Node package is more than a tool of development."""
    return not node_package.get("dev", False)


def _installed_with(name: str) -> set[str]:
    """Return the names of all packages that installing a package brings, without its own."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for requirement in _applying(requires(waiting.pop()) or []):
            needed = canonicalize_name(requirement.name)
            if needed not in found:
                found.add(needed)
                waiting.append(needed)
    return found


def _applying(requirements: list[str]) -> list[Requirement]:
    """Return those of the requirements that hold for this Python, without those of extras."""
    parsed = map(Requirement, requirements)
    return [one for one in parsed if one.marker is None or one.marker.evaluate({"extra": ""})]
