from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localcloud.skips import ALLOWED, REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

ALLOWED_TEST = next(iter(ALLOWED))


def run(folder: Path, source: str, ci: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_sample.py").write_text(f"import pytest\n\ndef test_passes(): pass\n\n{source}")
    command = [sys.executable, "-m", "pytest", "-p", "localcloud.skips", str(folder)]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, env=environment, cwd=folder, check=False, capture_output=True, text=True)


def test_a_skipped_test_fails_the_run_where_ci_is_set(tmp_path: Path) -> None:
    source = "def test_needs_more(): pytest.skip('no browser')\n"
    done = run(tmp_path, source, "true")
    assert done.returncode == 1
    assert "skipped, but CI is set" in done.stdout
    assert "test_sample.py::test_needs_more: " in done.stdout
    assert "no browser" in done.stdout
    assert run(tmp_path, source, "").returncode == 0


@pytest.mark.parametrize(
    "source",
    [
        "",
        f"@pytest.mark.parametrize('value', [1])\ndef {ALLOWED_TEST}(value): pytest.skip('not here')\n",
        f"def test_figures(): pytest.skip('{REFERENCE}: no figures')\n",
        "@pytest.mark.xfail\ndef test_fails(): raise ValueError\n",
    ],
)
def test_other_runs_pass(tmp_path: Path, source: str) -> None:
    assert run(tmp_path, source, "true").returncode == 0


def test_a_module_that_is_skipped_fails_the_run(tmp_path: Path) -> None:
    done = run(tmp_path, "pytest.skip('no such module', allow_module_level=True)\n", "true")
    assert done.returncode != 0
