"""Fixtures for all tests of the layers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crackling.sites import Site

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder with published figures and real genomes; tests that need it say so when they skip."""
    folder = os.environ.get("CRACKLING_REFERENCE")
    if not folder:
        pytest.skip("CRACKLING_REFERENCE is not set: no reference figures to compare with")
    return Path(folder)


@pytest.fixture(scope="session")
def sample() -> Path:
    return ROOT / "sample"


def make_site(
    guide: str = "ACGTACGTACGTACGTACGT", pam: str = "AGG", contig: str = "q", start: int = 0
) -> Site:
    return Site(contig, start, start + 23, "+", guide, pam)
