"""Score chunks. The first delivery writes the results and the job's counter in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from crackling.annotation import UNKNOWN
from crackling.efficiency import Efficiency
from crackling.guides.sites import Site
from crackling.specificity.loci import guides_to_locate, locus_of
from crackling_aws.models.chunks import Stage
from crackling_aws.stores.genomes import is_ready
from crackling_lambdas.errors import DamagedIndexError
from crackling_lambdas.jobs.measuring import Measure, unmeasured
from crackling_lambdas.jobs.pins import pinned

if TYPE_CHECKING:
    from crackling.annotation import Locus
    from crackling.specificity import OffTarget, Specificity
    from crackling_aws.messages import ScoreChunk
    from crackling_aws.models.chunks import Chunk
    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job
    from crackling_aws.stores.multipart import OnBytes
    from crackling_aws.stores.targets import TargetStore
    from crackling_lambdas.genomes.annotations import Annotations
    from crackling_lambdas.genomes.repairs import Repairs
    from crackling_lambdas.jobs.pins import ReadPreparation

Assess = Callable[[Sequence[Site]], list[Efficiency]]


class Indexes(Protocol):
    """Score with the indexes of genomes that are ready."""

    def score(self, genome: Genome, guides: Sequence[str], on_bytes: OnBytes) -> list[Specificity]: ...
    def perfect_matches(self, genome: Genome, guides: Sequence[str]) -> list[list[OffTarget]]: ...


@dataclass(frozen=True, kw_only=True)
class Chunks:
    """Find the chunks that are still to be scored."""

    read_job: Callable[[str], Job | None]
    targets: TargetStore

    def open(self, message: ScoreChunk, stage: Stage) -> tuple[Job, Chunk] | None:
        """Return the message's job and chunk; None if there is nothing left to do for them."""
        job = self.read_job(message.job_id)
        if job is None or job.finished:
            return None
        chunk = self.targets.get(message.job_id, message.chunk)
        if chunk is None:
            return None
        done = chunk.consensus if stage is Stage.CONSENSUS else chunk.off_target
        return (job, chunk) if done is None else None


@dataclass(frozen=True, kw_only=True)
class ConsensusScoring:
    """Score efficiency."""

    chunks: Chunks
    assess: Assess
    clock: Callable[[], float]
    measure: Measure = unmeasured

    def run(self, message: ScoreChunk) -> None:
        if found := self.chunks.open(message, Stage.CONSENSUS):
            _, chunk = found
            with self.measure():
                results = self.assess([query.site for query in chunk.sites])
                self.chunks.targets.save_consensus(chunk, results, self.clock())


@dataclass(frozen=True, kw_only=True)
class OffTargetScoring:
    """Score specificity against the job's genome."""

    chunks: Chunks
    read_preparation: ReadPreparation
    indexes: Indexes
    annotations: Annotations
    repairs: Repairs
    report_download: Callable[[str], OnBytes]  # for a job: see jobs/downloads.py
    clock: Callable[[], float]
    measure: Measure = unmeasured

    def run(self, message: ScoreChunk) -> None:
        """Score the message's chunk. If the index is damaged, the job waits for it, and its scan is queued again then.

        Raises:
            InputError: what the job is pinned to is no longer kept, or its index cannot be built anew.
            DamagedIndexError: the index was built anew meanwhile, and is damaged again.
        """
        if found := self.chunks.open(message, Stage.OFF_TARGET):
            job, chunk = found
            read, claim = pinned(self.read_preparation, job)
            genome = read if is_ready(read) else self.repairs.wait(job, claim)
            if genome is None:
                return
            try:
                self._score(job, chunk, genome)
            except DamagedIndexError as error:
                self.repairs.begin(genome, claim, error)
                if (repaired := self.repairs.wait(job, claim)) is not None:
                    self._score(job, chunk, repaired)

    def _score(self, job: Job, chunk: Chunk, genome: Genome) -> None:
        with self.measure():
            guides = [query.site.guide for query in chunk.sites]
            results = self.indexes.score(genome, guides, self.report_download(job.job_id))
            loci = self._loci(genome, guides, results)
            self.chunks.targets.save_off_target(chunk, results, self.clock(), loci)

    def _loci(self, genome: Genome, guides: Sequence[str], scores: Sequence[Specificity]) -> list[Locus]:
        annotation = self.annotations.of(genome)
        if annotation is None:
            return [UNKNOWN] * len(guides)
        wanted = guides_to_locate(guides, scores)
        matches = zip(wanted, self.indexes.perfect_matches(genome, wanted), strict=True)
        found = {guide: locus_of(alignments, annotation) for guide, alignments in matches}
        return [found.get(guide, UNKNOWN) for guide in guides]
