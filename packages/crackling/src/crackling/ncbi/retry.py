"""Retry policy: how long the client waits for a server, and when it repeats a failed attempt."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from crackling.errors import TransferError


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Limits of the attempts at one request.

    Attributes:
        connect_seconds: for a connection.
        silence_seconds: between two bytes.
        min_bytes_per_second: an answer that is slower for `silence_seconds` counts as interrupted.
        attempts: at one answer.
        file_attempts: at each range of a file.
        total_wait_seconds: between all attempts at one thing.
        first_wait_seconds: between the first two attempts; each further wait is twice as long.
        max_wait_seconds: between two attempts, also where a server asks for more (Retry-After).
    """

    connect_seconds: float = 10
    silence_seconds: float = 30
    min_bytes_per_second: int = 2_000
    attempts: int = 5
    file_attempts: int = 10
    total_wait_seconds: float = 300
    first_wait_seconds: float = 0.5
    max_wait_seconds: float = 60


class TransientError(TransferError):
    """An attempt failed in a way that a repetition may overcome.

    `retry_after_seconds` is how long the server asks to be left alone, if it says so.
    """

    def __init__(self, message: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Attempts:
    """The attempts at one thing. Setting `stop` ends a wait between them."""

    def __init__(
        self, policy: RetryPolicy, attempts: int | None = None, stop: threading.Event | None = None
    ) -> None:
        self._policy = policy
        self._attempts = attempts or policy.attempts
        self._stop = stop or threading.Event()
        self._failed = 0
        self._waited_seconds = 0.0

    def wait_after(self, error: TransientError) -> None:
        """Count a failed attempt and wait until the next one.

        Raises:
            TransientError: there is no next one; `error` itself.
        """
        self._failed += 1
        seconds = self._next_wait_seconds(error.retry_after_seconds)
        self._waited_seconds += seconds
        last = self._failed == self._attempts or self._waited_seconds > self._policy.total_wait_seconds
        if last or self._stop.wait(seconds):
            raise error

    def _next_wait_seconds(self, asked_seconds: float | None) -> float:
        """Return a wait with jitter, so that clients which failed together do not come back together."""
        policy = self._policy
        if asked_seconds is not None:
            return min(asked_seconds, policy.max_wait_seconds) + random.uniform(0, policy.first_wait_seconds)
        doubled: float = policy.first_wait_seconds * 2 ** (self._failed - 1)
        return min(doubled, policy.max_wait_seconds) * random.uniform(0.5, 1)
