"""Repeat HTTP requests that may succeed a little later. Needs only the standard library."""

from __future__ import annotations

import time
import urllib.error
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from delivery.waiting import Clock

T = TypeVar("T")
PAUSES = (1.0, 2.0, 4.0, 8.0, 16.0)
"""In seconds, before each repetition."""
LONGEST_PAUSE = 60.0
"""In seconds; a server that asks for a longer pause gets its next request after this one."""


def with_pauses(send: Callable[[], T], clock: Clock = time, *, once_only: bool = False) -> T:
    """Return what `send` returns, and call it again after a pause if it failed and may succeed a little later.

    Args:
        send: sends a request. It raises HTTPError for an answer that is an error, and another OSError if there is no answer.
        clock: tells the time and waits.
        once_only: the request must not take effect twice: repeat it only if it was refused for being one of too many.

    Raises:
        OSError: as `send` raised it at the last attempt.
    """
    for pause in PAUSES:
        try:
            return send()
        except urllib.error.HTTPError as error:
            asked = error.headers.get("Retry-After", "")
            too_many = error.code == HTTPStatus.TOO_MANY_REQUESTS or (
                error.code == HTTPStatus.FORBIDDEN and asked
            )
            if not too_many and (once_only or error.code < HTTPStatus.INTERNAL_SERVER_ERROR):
                raise
            error.close()
            clock.sleep(min(float(asked), LONGEST_PAUSE) if asked.isdecimal() else pause)
        except OSError:
            if once_only:
                raise
            clock.sleep(pause)
    return send()
