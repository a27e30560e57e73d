"""Telling users, and the reaper, how far a preparation has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from crackling_aws.models import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.genomes import GenomeStore
    from crackling_aws.models import Part

SECONDS = 2.0  # between two reports of one step


class LostClaimError(Exception):
    """Another preparation owns the genome, or none does: what is done for this one is done in vain."""


@dataclass
class Reporter:
    """Writes the progress of one preparation to the genome's item, at most every two seconds.

    Threads may share it.
    """

    genomes: GenomeStore
    genome: str
    claim: str
    clock: Callable[[], float]
    _latest: Progress | None = field(default=None, init=False)
    _written: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __call__(self, part: Part, done: int = 0, total: int = 0) -> None:
        """Report `done` of `total` bytes or bases; 0 of 0 where only the step is known.

        Raises:
            LostClaimError: the preparation is over or was begun anew.
        """
        with self._lock:
            begins = self._latest is None or self._latest.part is not part
            self._latest = Progress(part, done, total)
            if begins or self.clock() >= self._written + SECONDS:
                self._write(self._latest)

    def beat(self) -> None:
        """Report the latest again: a long step that tells nothing still lives.

        Raises:
            LostClaimError: the preparation is over or was begun anew.
        """
        with self._lock:
            if self._latest is not None:
                self._write(self._latest)

    def _write(self, progress: Progress) -> None:
        self._written = self.clock()
        if not self.genomes.progress(self.genome, self.claim, progress, self._written):
            raise LostClaimError(f"The genome {self.genome} is not prepared under {self.claim} any more")
