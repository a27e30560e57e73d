"""Watch a search for off-targets, and end it when a request must be answered."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from crackling_lambdas.errors import NotYetError

if TYPE_CHECKING:
    from collections.abc import Callable


class LookupWatch(Protocol):
    """Is told what a search does, and may end it by raising an exception."""

    def begin(self, files: int) -> None:
        """Begin to watch a search of so many index files."""

    def fetch(self, size_bytes: int) -> None:
        """Note that so many bytes are fetched, or are about to be."""

    def searched(self) -> None:
        """Note that an index file was searched."""


class Unwatched:
    """Let a search take as long as it needs, and tell nobody."""

    def begin(self, files: int) -> None: ...
    def fetch(self, size_bytes: int) -> None: ...
    def searched(self) -> None: ...


@dataclass(kw_only=True)
class TimeLimit:
    """End a search after so many seconds."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _end: float = field(default=math.inf, init=False)

    def begin(self, files: int) -> None:  # noqa: ARG002 - as the protocol has it
        self._end = self.clock() + self.seconds

    def fetch(self, size_bytes: int) -> None:  # noqa: ARG002 - as the protocol has it
        """Raise NotYetError if the time of the search is over."""
        if self.clock() >= self._end:
            raise NotYetError("The off-targets of this guide take longer to find than a request may")

    def searched(self) -> None:
        self.fetch(0)
