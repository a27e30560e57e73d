"""Read the rates of EventBridge's schedules."""

from __future__ import annotations

import re

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class UnsupportedScheduleError(ValueError):
    """Raised for schedules other than rates, which are not emulated."""


def rate_seconds(expression: str) -> int:
    """Return the seconds between two firings of rate(...). Raises UnsupportedScheduleError for anything else."""
    if (found := RATE.fullmatch(expression)) is None:
        raise UnsupportedScheduleError(f"only rate(...) schedules are emulated, not {expression}")
    return int(found[1]) * _SECONDS[found[2]]
