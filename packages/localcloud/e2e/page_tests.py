"""Run browser tests of the page's own suite against the deployment."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

import build

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_SECONDS = 480


def run_page_tests(file: str, url: str, screenshots: Path, **environment: str) -> None:
    """Run a file of browser tests, which must pass as a whole, against the page at `url`."""
    node = shutil.which("node")
    assert node, "Node is what the page was built with"
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", f"tests/browser/{file}"],
        cwd=build.FRONTEND,
        env={**os.environ, "PAGE_URL": f"{url}/", "SCREENSHOTS": str(screenshots), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
    )
    print(done.stdout)  # lists how long each step took; pytest -s shows it
    if "# SKIP no Chromium" in done.stdout:
        pytest.skip("no Chromium found: install it, or set CHROMIUM to its path")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# skipped 0\n" in done.stdout
