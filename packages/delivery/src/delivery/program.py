"""Define exit codes, errors and messages, the same for every subcommand."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

DONE, FAILED = 0, 1
"""Exit codes. argparse exits with 2 when the usage is wrong."""

EXIT_CODES = "exit codes: 0 done, or nothing to do; 1 failed, with a message that says why; 2 wrong usage"


class DeliveryError(Exception):
    """A step failed; the message says which, where, and what to do about it."""


def say(text: str) -> None:
    """Report progress on standard error; standard output is for results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def outcome(action: Callable[[], int], *failures: type[Exception]) -> int:
    """Return the exit code of `action`; report a DeliveryError, an OSError or one of `failures` in one line."""
    known: tuple[type[Exception], ...] = (DeliveryError, OSError, *failures)
    try:
        return action()
    except known as error:
        say(f"error: {error}")
        return FAILED


@contextmanager
def orderly_termination() -> Iterator[None]:
    """Raise SystemExit on SIGTERM, which a cancelled workflow sends, so that `finally` blocks still run."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(128 + signal.SIGTERM)

    former = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)
