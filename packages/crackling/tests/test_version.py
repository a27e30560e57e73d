"""Test the version in results. A layer has no metadata of the package to read it from."""

import tomllib
from pathlib import Path

import crackling


def test_it_is_the_packages_version() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert crackling.__version__ == project["version"]
