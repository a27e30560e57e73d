"""Waiting for AWS, which shows new things late and refuses calls when it is busy."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, TypeVar

from botocore import exceptions
from botocore.exceptions import ClientError

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# A retry can help: AWS is busy, or does not know yet what it has just created.
TRANSIENT = frozenset(
    {
        "Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException", "InternalError",
        "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable", "RequestTimeout",
        "InvalidInstanceID.NotFound", "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable",
    }
)  # fmt: skip


class Clock(Protocol):
    """Tells the time in seconds and waits; the module `time` is one."""

    def monotonic(self) -> float: ...
    def time(self) -> float: ...
    def sleep(self, seconds: float, /) -> None: ...


SYSTEM_CLOCK: Clock = time


def error_code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def wait_until(
    look: Callable[[], T | None], what: str, *, seconds: float, every: float = 5, clock: Clock = SYSTEM_CLOCK
) -> T:
    """Call `look` until it returns something, and return that; transient errors are ignored.

    Raises:
        DeliveryError: it returned nothing in that time; the message names `what`, and the last error if there was one.
    """
    end, fault = clock.monotonic() + seconds, ""
    while True:
        try:
            found = look()
            fault = ""
        except ClientError as error:
            if error_code(error) not in TRANSIENT:
                raise
            found, fault = None, f" (the last answer was {error_code(error)})"
        except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
            found, fault = None, f" ({error})"
        if found is not None:
            return found
        if clock.monotonic() >= end:
            raise DeliveryError(f"{what}: not within {seconds:.0f} s{fault}")
        clock.sleep(every)


def with_retries(call: Callable[[], T], what: str, *, clock: Clock = SYSTEM_CLOCK) -> T:
    """Return the result of a call, repeated for up to two minutes on transient errors; it must be safe to repeat."""
    return wait_until(lambda: (call(),), what, seconds=120, every=3, clock=clock)[0]
