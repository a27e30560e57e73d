"""Tell how far the list of a guide's off-targets is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REPORT_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Hold how far a list is: index files that were searched, of how many, and the bytes fetched for it."""

    told: float  # seconds since the epoch
    searched: int = 0
    files: int = 0
    fetched_bytes: int = 0
    reason: str | None = None  # why it failed

    def __str__(self) -> str:
        """Return a sentence for users."""
        if not self.files:
            return "The list is queued"
        return (
            f"Searching the index: {self.searched} of {self.files} files are done, "
            f"{self.fetched_bytes / 1e6:,.0f} MB were fetched"
        )


@dataclass(kw_only=True)
class ProgressReport:
    """Watch a search, and tell how far it is: after each file, and every two seconds."""

    note: Callable[[Progress], None]
    clock: Callable[[], float]
    _files: int = field(default=0, init=False)
    _searched: int = field(default=0, init=False)
    _fetched_bytes: int = field(default=0, init=False)
    _next: float = field(default=0.0, init=False)

    def begin(self, files: int) -> None:
        self._files, self._searched, self._fetched_bytes = files, 0, 0
        self._tell()

    def fetch(self, size_bytes: int) -> None:
        self._fetched_bytes += size_bytes
        if self.clock() >= self._next:
            self._tell()

    def searched(self) -> None:
        self._searched += 1
        self._tell()

    def _tell(self) -> None:
        now = self.clock()
        self._next = now + REPORT_SECONDS
        self.note(
            Progress(told=now, searched=self._searched, files=self._files, fetched_bytes=self._fetched_bytes)
        )
