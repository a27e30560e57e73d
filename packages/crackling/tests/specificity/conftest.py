"""Fixtures: a genome with hits of every kind and its index, for the tests that only read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import oracle
from support.building import built
from support.planted import Planted, rich_genome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def rich() -> Planted:
    return rich_genome()


@pytest.fixture(scope="session")
def rich_locations(rich: Planted) -> list[oracle.Location]:
    return oracle.find_locations(rich.contigs)


@pytest.fixture(scope="session")
def rich_index(rich: Planted, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(rich.contigs, tmp_path_factory.mktemp("rich") / "rich.issl")
