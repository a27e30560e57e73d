"""Run ministack, an emulator of AWS by other people than moto's, as a second opinion.

It runs in an environment of its own (`scripts/isolated.py`), because it pins another botocore.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from localcloud.world import ACCOUNT, DEVELOPER, World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

REGION = "eu-west-1"
SECURE = {"USE_SSL": "1", "AUTH": "true"}
"""Variables with which ministack serves https only, and enforces the policies of IAM."""

_START_SECONDS = 30


class MinistackError(Exception):
    """Raised when ministack does not start; the message is its log."""


class Ministack:
    """A running ministack. It writes to `log`."""

    def __init__(self, port: int, log: Path, certificate: Path | None) -> None:
        self.port = port
        self.log = log
        self.world = World(f"http{'s' if certificate else ''}://localhost:{port}", REGION, certificate)

    def reset(self) -> None:
        """Delete everything in it."""
        url = f"{self.world.numeric_endpoint}/_ministack/reset"
        urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10).close()  # noqa: S310 - ours

    def is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running(
    command: Sequence[str | Path], folder: Path, variables: Mapping[str, str] | None = None
) -> Iterator[Ministack]:
    """Run ministack on a free port of this machine; it writes to the folder only.

    Args:
        command: what starts it.
        folder: its home and its place for temporary files.
        variables: more variables of its environment, such as `SECURE`.

    Raises:
        MinistackError: it ended at once, or does not listen after half a minute.
    """
    more = variables or {}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    certificate = folder / "ministack-tls" / "server.crt" if "USE_SSL" in more else None
    found = Ministack(port, folder / "ministack.log", certificate)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(folder)}
    # By default it would listen on every address of the machine, and on a second port.
    environment |= {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(port)}
    # The root user of its account is our developer.
    environment |= {
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": DEVELOPER.access_key,
        "AWS_SECRET_ACCESS_KEY": DEVELOPER.secret_key,
        "AWS_SESSION_TOKEN": DEVELOPER.session_token,
    }
    with found.log.open("wb") as log:
        process = subprocess.Popen(
            [*command], cwd=folder, env={**environment, **more}, stdout=log, stderr=log
        )
    try:
        end = time.monotonic() + _START_SECONDS
        while not found.is_listening():
            if process.poll() is not None or time.monotonic() > end:
                raise MinistackError(found.log.read_text("utf-8", "replace"))
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait()
