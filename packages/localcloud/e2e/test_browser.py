"""Run the browser test of the page's own test suite against the deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conftest import ANNOTATED
from localcloud.standins.faults import Fault, slow
from page_tests import run_page_tests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local_stage import Deployment
    from web import Web


@pytest.fixture
def slow_bacterium(deployment: Deployment, web: Web) -> Iterator[None]:
    """Remove the genome that the test finds by its organism, and slow its download down so that progress is visible."""
    web.ask("DELETE", f"/api/genomes/{ANNOTATED}")
    trickle = Fault(rf"{ANNOTATED}_.*\.gff\.gz$", slow(0.4, piece=20))
    deployment.ncbi.faults.append(trickle)
    yield
    deployment.ncbi.faults.remove(trickle)


@pytest.mark.usefixtures("genome", "slow_bacterium")
def test_a_user_gets_from_a_sequence_to_a_file(deployment: Deployment, screenshots: Path) -> None:
    run_page_tests("journey.test.js", deployment.cloud.url, screenshots)
