"""Limit the time that one request spends on downloads, so that it is answered before API Gateway gives it up."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling_lambdas.errors import NotYetError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(kw_only=True)
class TimeLimit:
    """Measure the time of one request at a time."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _end: float = field(default=math.inf, init=False)

    def begin(self) -> None:
        self._end = self.clock() + self.seconds

    def check(self) -> None:
        """Raise NotYetError if the time of the request is over."""
        if self.clock() >= self._end:
            raise NotYetError(
                "The parts of the index that list the off-targets of this guide are still being fetched; "
                "ask again, and the search continues"
            )
