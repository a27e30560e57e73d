"""Fixtures for all tests, and the number of examples in property tests."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]

# Examples are the same at each run, and few enough to bound the time; `--hypothesis-profile=long` looks for more.
settings.register_profile(
    "tests",
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=200,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("sanitize", settings.get_profile("tests"), max_examples=60)
settings.register_profile("long", settings.get_profile("tests"), derandomize=False, max_examples=3000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "tests"))


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder with published figures and real genomes, or skip the test with a reason."""
    folder = os.environ.get("CRACKLING_REFERENCE")
    if not folder:
        pytest.skip("CRACKLING_REFERENCE is not set: no reference figures to compare with")
    return Path(folder)


@pytest.fixture(scope="session")
def sample() -> Path:
    return ROOT / "sample"


@pytest.fixture
def unmeasured() -> Iterator[None]:
    """Pause the measurement of coverage: for tests that take twice the time with it, of lines that others run too."""
    measurement = Coverage.current()
    if measurement is None:
        yield
        return
    measurement.stop()
    yield
    measurement.start()
