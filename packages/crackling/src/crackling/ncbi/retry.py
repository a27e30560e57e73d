"""How long a server is waited for, and how an attempt that failed is tried again."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from crackling.errors import TransferError


@dataclass(frozen=True, slots=True)
class Patience:
    """Times are seconds.

    `connect` for a connection, `silence` between two bytes; an answer that is slower than `slowest` bytes a second over as long
    counts as broken. So many `attempts` are made at an answer, and `file_attempts` at each range of a file. The waits between
    them double from `first_wait` to `longest_wait`, which bounds what a server asks for (Retry-After) too, and are not longer
    than `total` together.
    """

    connect: float = 10
    silence: float = 30
    slowest: int = 2_000
    attempts: int = 5
    file_attempts: int = 10
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

    def __init__(
        self, patience: Patience, attempts: int | None = None, stop: threading.Event | None = None
    ) -> None:
        self._patience = patience
        self._attempts = attempts or patience.attempts
        self._stop = stop or threading.Event()
        self._failed = 0
        self._waited = 0.0

    def failed(self, error: PassingError) -> None:
        """Wait until it may be tried again.

        Raises:
            TransferError: it may not; `error` itself.
        """
        self._failed += 1
        wait = self._wait(error.wait)
        self._waited += wait
        last = self._failed == self._attempts or self._waited > self._patience.total
        if last or self._stop.wait(wait):
            raise error

    def _wait(self, asked: float | None) -> float:
        """With jitter, so that clients which failed together do not come back together."""
        patience = self._patience
        if asked is not None:
            return min(asked, patience.longest_wait) + random.uniform(0, patience.first_wait)
        doubled: float = patience.first_wait * 2 ** (self._failed - 1)
        return min(doubled, patience.longest_wait) * random.uniform(0.5, 1)
