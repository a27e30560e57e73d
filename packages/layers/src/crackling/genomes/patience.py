"""How long a server is waited for, and how an attempt that failed is tried again."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass

from crackling.errors import TransferError


@dataclass(frozen=True, slots=True)
class Patience:
    """Times are seconds.

    `connect` for a connection, `silence` between two bytes; an answer that is slower than `slowest` bytes a second over as long
    counts as broken. So many `attempts` are made, and none begins after `total`. The waits between them double from
    `first_wait` to `longest_wait`, which bounds what a server asks for (Retry-After) too.
    """

    connect: float = 10
    silence: float = 30
    slowest: int = 2_000
    attempts: int = 6
    total: float = 300
    first_wait: float = 0.5
    longest_wait: float = 60


class PassingError(TransferError):
    """An attempt failed in a way that may pass; `wait` is how long the server asks to be left alone, if it said so."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Tries:
    """The attempts at one thing. `stop` ends a wait between them."""

    def __init__(self, patience: Patience, stop: threading.Event | None = None) -> None:
        self._patience = patience
        self._stop = stop or threading.Event()
        self._failed = 0
        self._began = time.monotonic()

    def failed(self, error: PassingError) -> None:
        """Wait until it may be tried again.

        Raises:
            TransferError: it may not; `error` itself.
        """
        self._failed += 1
        wait = self._wait(error.wait)
        late = time.monotonic() - self._began + wait > self._patience.total
        if self._failed == self._patience.attempts or late or self._stop.wait(wait):
            raise error

    def _wait(self, asked: float | None) -> float:
        """With jitter, so that clients which failed together do not come back together."""
        patience = self._patience
        if asked is not None:
            return min(asked, patience.longest_wait) + random.uniform(0, patience.first_wait)
        doubled: float = patience.first_wait * 2 ** (self._failed - 1)
        return min(doubled, patience.longest_wait) * random.uniform(0.5, 1)
