"""Waiting for AWS: what was asked for appears late, and asking may be refused for a while."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from botocore import exceptions
from botocore.exceptions import ClientError

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# Asking again can help: AWS is busy, or does not know yet what it has made a moment ago.
PASSING = frozenset(
    {
        "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "InternalError",
        "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable", "RequestTimeout",
        "InvalidInstanceID.NotFound", "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable",
    }
)  # fmt: skip


class Clock(Protocol):
    """The time in seconds, and how to let it pass; `time` is one."""

    def monotonic(self) -> float: ...
    def time(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...


REAL: Clock = time


def code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def until(
    look: Callable[[], T | None], what: str, *, seconds: float, every: float = 5, clock: Clock = REAL
) -> T:
    """Call `look` until it gives something; faults that pass are passed over.

    Raises:
        DeliveryError: it gave nothing in that time; the message names `what`, and the last fault if there was one.
    """
    end, fault = clock.monotonic() + seconds, ""
    while True:
        try:
            found = look()
            fault = ""
        except ClientError as error:
            if code(error) not in PASSING:
                raise
            found, fault = None, f" (the last answer was {code(error)})"
        except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
            found, fault = None, f" ({error})"
        if found is not None:
            return found
        if clock.monotonic() >= end:
            raise DeliveryError(f"{what}: not within {seconds:.0f} s{fault}")
        clock.sleep(every)


def patiently(call: Callable[[], T], what: str, *, clock: Clock = REAL) -> T:
    """The answer of a call that may be refused for a while; for calls that may be repeated."""
    return until(lambda: (call(),), what, seconds=120, every=3, clock=clock)[0]
