"""Record the progress of a preparation for users and the reaper."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from crackling_aws.models.genomes import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Part
    from crackling_aws.stores.genomes import GenomeStore

# How far a shard is at the beginning and at the end of each stage of build_index.
_STAGES = {"reading": (0.0, 0.3), "sorting": (0.3, 0.9), "writing": (0.9, 1.0)}
MIN_INTERVAL_SECONDS = 2.0  # between two reports of one step


class LostClaimError(Exception):
    """Raised when a preparation no longer owns its genome, so that its work would be wasted."""


@dataclass(kw_only=True)
class Reporter:
    """Write the progress of one preparation to the genome's item, at most every two seconds.

    Threads may share it.
    """

    genomes: GenomeStore
    genome_id: str
    claim: str
    clock: Callable[[], float]
    _latest: Progress | None = field(default=None, init=False)
    _written: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __call__(self, part: Part, done: int = 0, total: int = 0) -> None:
        """Report `done` of `total` bytes or bases; 0 of 0 where only the step is known.

        Raises:
            LostClaimError: the preparation has ended or was restarted under another claim.
        """
        with self._lock:
            begins = self._latest is None or self._latest.part is not part
            self._latest = Progress(part, done, total)
            if begins or self.clock() >= self._written + MIN_INTERVAL_SECONDS:
                self._write(self._latest)

    def beat(self) -> None:
        """Report the latest progress again, to show that a long step without reports is still running.

        Raises:
            LostClaimError: the preparation has ended or was restarted under another claim.
        """
        with self._lock:
            if self._latest is not None:
                self._write(self._latest)

    def _write(self, progress: Progress) -> None:
        self._written = self.clock()
        if not self.genomes.progress(self.genome_id, self.claim, progress, self._written):
            raise LostClaimError(f"The genome {self.genome_id} is not prepared under {self.claim} any more")


@dataclass(kw_only=True)
class BuildProgress:
    """Convert the stages of build_index, shard by shard, to progress in bases of `bases`.

    The number of bases in a shard is known only from the stage `reading`; the other stages are fractions of it.
    """

    report: Callable[[int, int], None]
    bases: int
    _read: int = field(default=0, init=False)
    _before: int = field(default=0, init=False)  # of the shards that are done
    _stage: str = field(default="", init=False)

    def __call__(self, stage: str, done: int, total: int) -> None:
        begin, end = _STAGES.get(stage, (1.0, 1.0))
        if stage == "reading":
            if self._stage != "reading":
                self._before = self._read
            self._read, done, total = done, 1, 1
        self._stage = stage
        part = begin + (end - begin) * (done / total if total else 1)
        self.report(self._before + round((self._read - self._before) * part), max(self.bases, self._read))
