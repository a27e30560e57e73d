"""What all programs have in common: their exit codes, and how they tell of failure."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DONE, FAILED, USAGE = 0, 1, 2
"""Exit codes. argparse leaves with 2 by itself."""

EXIT_CODES = "exit codes: 0 done, or nothing to do; 1 failed, with one line that says what; 2 wrong usage"


class DeliveryError(Exception):
    """A step of a delivery failed; the message says what, where, and the remedy."""


def parser(documentation: str | None, *, epilog: str = EXIT_CODES) -> argparse.ArgumentParser:
    module = Path(sys.argv[0])
    return argparse.ArgumentParser(
        prog=module.parent.name if module.stem == "__main__" else module.stem,  # as the script that starts it
        description=documentation,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def say(text: str) -> None:
    """Tell what happens; standard output is for results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def outcome(action: Callable[[], int], *failures: type[Exception]) -> int:
    """The exit code of `action`; a DeliveryError and the named failures become one line and the code 1."""
    known: tuple[type[Exception], ...] = (DeliveryError, *failures)
    try:
        return action()
    except known as error:
        say(f"error: {error}")
        return FAILED
