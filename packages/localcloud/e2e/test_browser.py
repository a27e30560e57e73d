"""Run the browser test of the page's own test suite against the deployment."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import build
from conftest import ANNOTATED
from localcloud.standins.faults import Fault, slow

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
    node = shutil.which("node")
    assert node, "Node is what the page was built with"
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "tests/browser/journey.test.js"],
        cwd=build.FRONTEND,
        env={**os.environ, "PAGE_URL": f"{deployment.cloud.url}/", "SCREENSHOTS": str(screenshots)},
        capture_output=True,
        text=True,
        check=False,
        timeout=480,
    )
    print(done.stdout)  # lists how long each step took; pytest -s shows it
    if "# SKIP no Chromium" in done.stdout:
        pytest.skip("no Chromium found: install it, or set CHROMIUM to its path")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# skipped 0\n" in done.stdout
