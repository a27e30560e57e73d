"""Provide one local cloud for the whole folder, and an unpatched moto server on which each gap can be shown.

CDK_CLI names the CDK CLI to use; otherwise it is that of packages/infra (npm ci) or the one on the PATH.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localcloud.cloud import LocalCloud
from localcloud.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

os.environ["CDK_VALIDATION"] = "false"  # skips five seconds of rules, which other tests run
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cloud: deploys a sample app to the local cloud with the CDK CLI")
    config.addinivalue_line(
        "markers", "enable_socket: pytest-socket's; these tests talk to this machine only"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.enable_socket)


def _cdk() -> Path | None:
    repository = Path(__file__).parents[2] / "infra" / "node_modules" / ".bin" / "cdk"
    found = os.environ.get("CDK_CLI") or (str(repository) if repository.exists() else shutil.which("cdk"))
    return Path(found) if found else None


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(front_port=0, cdk=_cdk(), cache=tmp_path_factory.mktemp("cache")) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def stock() -> Iterator[World]:
    """Start moto without patches, in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
    )  # fmt: skip
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield World(f"http://localhost:{port}", "us-east-1")
    finally:
        process.kill()
        process.wait()
