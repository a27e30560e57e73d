"""Limit how many requests per second this process sends to NCBI."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final

WITHOUT_KEY: Final = 5  # requests a second that NCBI grants
WITH_KEY: Final = 10
_WINDOW: Final = 1.05  # seconds; a little more than NCBI's own second, whose start is unknown


class Rate:
    """A limit of requests in any second. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        self._granted: deque[float] = deque(maxlen=most)
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the next request may be made."""
        with self._lock:
            now = time.monotonic()
            full = len(self._granted) == self._granted.maxlen
            turn = max(now, self._granted[0] + _WINDOW) if full else now
            self._granted.append(turn)
        time.sleep(turn - now)


_anonymous = Rate(WITHOUT_KEY)
_by_key: dict[str, Rate] = {}
_lock = threading.Lock()


def shared_rate(api_key: str | None) -> Rate:
    """Return the one rate of this process for a key, or for requests without a key."""
    if api_key is None:
        return _anonymous
    with _lock:
        return _by_key.setdefault(api_key, Rate(WITH_KEY))
