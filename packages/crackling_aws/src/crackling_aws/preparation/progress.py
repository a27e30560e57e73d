"""Record the progress of a preparation for users and the reaper."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from crackling.errors import InputError
from crackling_aws.models.genomes import Phase, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Part
    from crackling_aws.stores.genomes import GenomeStore

# How far a build is when its shards are begun, and when they are done and their upload begins; and how far a shard is at the
# beginning and at the end of each stage of build_index. Both are from measured times.
_SHARDS_BEGIN, _SHARDS_END = 0.1, 0.65
_STAGES = {Phase.READING: (0.0, 0.2), Phase.SORTING: (0.2, 0.7), Phase.WRITING: (0.7, 1.0)}
# A function ends after 15 minutes; a step gives up before that, so that the reason is recorded.
FUNCTION_SECONDS = 13 * 60
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
    max_seconds: float | None = None  # of the step, from the first report on
    _began: float | None = field(default=None, init=False)
    _latest: Progress | None = field(default=None, init=False)
    _written: float = field(default=0.0, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __call__(self, part: Part, done: int = 0, total: int = 0, phase: Phase | None = None) -> None:
        """Report `done` of `total` bytes or bases; 0 of 0 where only the step is known. A new phase is written at once.

        Raises:
            LostClaimError: the preparation has ended or was restarted under another claim.
            InputError: the step takes longer than `max_seconds`.
        """
        with self._lock:
            self._check_time(part)
            before, self._latest = self._latest, Progress(part, done, total, phase)
            begins = before is None or (before.part, before.phase) != (part, phase)
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

    def _check_time(self, part: Part) -> None:
        now = self.clock()
        self._began = now if self._began is None else self._began
        if self.max_seconds is not None and now - self._began > self.max_seconds:
            raise InputError(
                f"{self.genome_id}: the step {part} took longer than the {self.max_seconds / 60:.0f} minutes that it has; "
                "give a smaller genome, or have it prepared by a worker"
            )

    def _write(self, progress: Progress) -> None:
        self._written = self.clock()
        if not self.genomes.progress(self.genome_id, self.claim, progress, self._written):
            raise LostClaimError(f"The genome {self.genome_id} is not prepared under {self.claim} any more")


@dataclass(kw_only=True)
class BuildProgress:
    """Convert the phases of building an index to progress in bases of `bases`.

    The sequence is downloaded, each shard goes through the stages of build_index, and all files are uploaded. The number of
    bases in a shard is known only from the stage `reading`; the other stages are fractions of it.
    """

    report: Callable[[int, int, Phase], None]
    bases: int
    _read: int = field(default=0, init=False)
    _before: int = field(default=0, init=False)  # of the shards that are done
    _phase: Phase | None = field(default=None, init=False)

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Report `done` of `total` of a phase; a total of 0 means that it begins."""
        phase = Phase(stage)
        if phase is Phase.READING:
            if self._phase is not Phase.READING:
                self._before = self._read
            self._read, done, total = done, 1, 1
        self._phase = phase
        whole = max(self.bases, self._read)
        self.report(round(whole * self._fraction(phase, done / total if total else 0, whole)), whole, phase)

    def _fraction(self, phase: Phase, done: float, bases: int) -> float:
        if phase is Phase.DOWNLOADING:
            return _SHARDS_BEGIN * done
        if phase is Phase.UPLOADING:
            return _SHARDS_END + (1 - _SHARDS_END) * done
        begin, end = _STAGES[phase]
        built = self._before + (self._read - self._before) * (begin + (end - begin) * done)
        return _SHARDS_BEGIN + (_SHARDS_END - _SHARDS_BEGIN) * (built / bases if bases else 0)
