"""Run ministack, an emulator of AWS by other people than moto's, for the tests of the stores."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).parents[3] / "build" / "ministack" / "bin" / "ministack"
REGION = "eu-west-1"


class Ministack:
    """A running ministack."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._url = f"http://127.0.0.1:{port}"

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self._url,
            region_name=REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(s3={"addressing_style": "path"}),
        )

    def reset(self) -> None:
        """Delete everything in it."""
        self._ask("reset", "POST")

    def is_ready(self) -> bool:
        try:
            self._ask("health", "GET")
        except OSError:
            return False
        return True

    def _ask(self, what: str, method: str) -> None:
        request = urllib.request.Request(f"{self._url}/_ministack/{what}", method=method)
        urllib.request.urlopen(request, timeout=10).close()


@contextmanager
def running(folder: Path) -> Iterator[Ministack]:
    """Run ministack on a free port of this machine; it writes only to the folder. Skips the test if it is not installed."""
    if not PROGRAM.exists():
        pytest.skip("ministack is not installed: run `python scripts/ministack.py`")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # By default it would listen on every address of the machine, and on a second port.
    places = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(port)}
    variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder), **places}
    with (folder / "ministack.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM], cwd=folder, env=variables, stdout=log, stderr=log)
    found = Ministack(port)
    try:
        for _ in range(300):
            if found.is_ready():
                break
            assert process.poll() is None, (folder / "ministack.log").read_text()
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait()
