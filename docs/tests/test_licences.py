"""The page on licences lists every Python package that is shipped, and tools that must not be, with their declared licences."""

from __future__ import annotations

import hashlib
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest

from delivery.audit import shipped

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ROOT / "packages" / "layers"
PAGE = (ROOT / "docs" / "licences.md").read_text("utf-8")
ROW = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \| ([^|]+?) \|", re.MULTILINE)
# What packages without an SPDX expression write in the field `License` or in their classifiers.
SPDX = {
    "Apache License 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: MIT No Attribution License (MIT-0)": "MIT-0",
    "MPL-2.0": "MPL-2.0",
}
# The digest of the text that the section on ViennaRNA describes: its metadata declare nothing.
VIENNARNA_TERMS = "7776cce4c6155eba82ea6bcb5c108f25b9fb0f604664421bfd6da94930028d8c"


def section(title: str) -> dict[str, str]:
    """Return the licences in a section's table by the names of the packages."""
    text = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return {name: licence for names, licence in ROW.findall(text) for name in re.findall(r"`([^`]+)`", names)}


def declared(package: Distribution) -> str:
    """Return the licence that a package's metadata declare, or an empty text if they declare none."""
    metadata = package.metadata
    if expressions := metadata.get_all("License-Expression"):
        return str(expressions[0])
    words = [*(metadata.get_all("Classifier") or []), *(metadata.get_all("License") or [])]
    return ", ".join(sorted({SPDX[word] for word in words if word in SPDX}))


def test_every_shipped_python_package_is_listed() -> None:
    assert list(section("Python packages")) == sorted(shipped.python_packages(ROOT))


@pytest.mark.parametrize("name", sorted(set(section("Python packages")) - {"viennarna"}))
def test_the_listed_licence_is_the_declared_one(name: str) -> None:
    assert section("Python packages")[name] == declared(distribution(name))


def test_viennarna_has_the_terms_that_the_page_describes() -> None:
    package = distribution("viennarna")
    assert declared(package) == ""
    (terms,) = [path for path in package.files or [] if path.name == "COPYING"]
    assert hashlib.sha256(terms.read_binary()).hexdigest() == VIENNARNA_TERMS


def test_every_package_of_the_bowtie2_layer_is_listed() -> None:
    source = (LAYERS / "layer_recipes" / "bowtie2.py").read_text("utf-8")
    packages = re.findall(r'"([^"]+)"', source.partition("PACKAGES: Final = ")[2].partition("\n")[0])
    assert packages == list(section("Programs"))


def node_packages(folder: str) -> dict[str, dict[str, Any]]:
    """Return what a folder's lock file says about each Node package in it, by the name of the package."""
    locked = shipped.node_packages(ROOT / "packages" / folder)
    return {place.removeprefix("node_modules/"): found for place, found in locked.items()}


def test_tools_with_restrictive_terms_are_listed_and_never_shipped() -> None:
    restrictive = {
        name: found for name, found in node_packages("infra").items() if "GPL" in found.get("license", "")
    }
    assert section("Tools of development") == {name: found["license"] for name, found in restrictive.items()}
    assert not any(map(shipped.is_shipped, restrictive.values()))
    assert not [found for found in node_packages("frontend").values() if "GPL" in found.get("license", "")]


def test_the_licence_is_the_unmodified_apache_licence() -> None:
    digest = hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest()
    assert digest == "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
