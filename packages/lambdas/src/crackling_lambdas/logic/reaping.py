"""What the schedule looks after: nothing waits for ever, and nothing stops without a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws.models import Genome, GenomeState, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.genomes import GenomeStore
    from crackling_aws.jobs import JobStore
    from crackling_preparation.release import Failure, Release

JOB_REASON = (
    "It stopped making progress while it was {status}. Submit it again; if that fails too, report its id."
)
GENOME_REASON = "Its preparation stopped making progress. The next job that names it tries again."


@dataclass(frozen=True)
class Reaper:
    """Ends what made no progress for `patience` seconds, and finishes releases that were interrupted."""

    jobs: JobStore
    genomes: GenomeStore
    release: Release
    failure: Failure
    patience: float
    clock: Callable[[], float]

    def run(self) -> None:
        now = self.clock()
        preparing = {genome.genome for genome in self.genomes.list() if self._still_preparing(genome, now)}
        for job in self.jobs.stalled(now - self.patience):
            waits = job.status in (Status.QUEUED, Status.PREPARING) and job.genome in preparing
            if not waits and self.jobs.fail_stalled(
                job.job_id, JOB_REASON.format(status=job.status), now - self.patience, now
            ):
                self.genomes.remove_waiter(job.genome, job.job_id)

    def _still_preparing(self, genome: Genome, now: float) -> bool:
        match genome.state:
            case GenomeState.READY:
                self.release.all(genome.genome)
            case GenomeState.FAILED:
                self.failure.waiters(genome)
            case GenomeState.PREPARING if genome.claim is not None and genome.updated < now - self.patience:
                self.genomes.fail_stalled(
                    genome.genome, genome.claim, GENOME_REASON, now - self.patience, now
                )
                self.failure.of(genome.genome, genome.claim, GENOME_REASON)
            case GenomeState.PREPARING:
                return True
        return False
