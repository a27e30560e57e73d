"""CITATION.cff names the publications that the results name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml

from crackling.about import METHODS
from crackling.publications import CRACKLING, Publication

CITATION = Path(__file__).resolve().parents[2] / "CITATION.cff"


def authors(names: list[dict[str, str]]) -> str:
    """Return the authors as the results write them: all of two, else the first and "et al."."""
    families = [name["family-names"] for name in names if "family-names" in name]
    return " and ".join(families) if len(families) == len(names) == 2 else f"{families[0]} et al."


def publication(reference: dict[str, Any]) -> Publication:
    journal = f"{reference['journal']} {reference['volume']}:{reference['start']}"
    names = authors(reference["authors"])
    return Publication(names, reference["year"], reference["title"], journal, reference["doi"])


def test_the_references_are_those_of_the_methods() -> None:
    references = yaml.safe_load(CITATION.read_text("utf-8"))["references"]
    cited = [(reference["notes"], publication(reference)) for reference in references]
    assert cited == [(method.name, one) for method in METHODS for one in method.publications]


def test_the_address_of_the_distribution_is_that_of_the_method() -> None:
    project = CITATION.parent / "packages" / "crackling" / "pyproject.toml"
    urls = tomllib.loads(project.read_text("utf-8"))["project"]["urls"]
    assert urls == {"Publication": f"https://doi.org/{CRACKLING.doi}"}
