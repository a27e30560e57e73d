"""End whatever makes no progress, so that nothing waits forever, fails without a reason or leaves a machine idle.

Jobs: a job without progress fails, unless its genome is being prepared, however long that takes.
Genomes: a preparation that has not begun is retried. One without progress fails, or is handed to another worker once.
A job whose genome was deleted before the job began fails; an assembly of NCBI is claimed again for it.
Retired preparations: their files are deleted when the last job that is pinned to them has expired.
Workers: a worker that prepares nothing, or runs for too long, is terminated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeGuard
from uuid import uuid4

from crackling_aws.models.genomes import Genome, GenomeState, Venue
from crackling_aws.models.jobs import Status
from crackling_aws.preparation.release import DELETED_REASON, owned
from crackling_aws.stores import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crackling_aws.preparation.release import Failure, Release
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.genomes.claims import Claims

JOB_REASON = (
    "It stopped making progress while it was {status}. Submit it again; if that fails too, report its id."
)
GENOME_REASON = "Its preparation stopped making progress. The next job that names it tries again."
START_REASON = "Its preparation could not begin. The next job that names it tries again."
WORKER_REASON = (
    "The machine that prepared it stopped, and so did a second one. The next job that names it tries again."
)
REPAIR_REASON = "The machine that was building its index anew stopped"
MAX_WORKER_ATTEMPTS = 2
HEARTBEAT_TIMEOUT_SECONDS = 10 * 60.0  # of a worker, the machine's boot included
START_TIMEOUT_SECONDS = 60 * 60.0  # from the claim until the venue is chosen


class RunningWorker(Protocol):
    """Describe an instance and what it was started for; `launched` in seconds since the epoch."""

    @property
    def instance_id(self) -> str: ...
    @property
    def genome_id(self) -> str: ...
    @property
    def claim(self) -> str: ...
    @property
    def launched(self) -> float: ...


class Fleet(Protocol):
    """List and terminate the workers of this stage; implemented by `crackling_aws.ec2_workers.Workers`."""

    def running(self) -> Sequence[RunningWorker]: ...
    def terminate(self, instance_id: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class TimeLimits:
    """Hold how long a job or preparation may go without progress, and how long a worker may live from its launch."""

    stalled_seconds: float
    worker_seconds: float


@dataclass(frozen=True, kw_only=True)
class Reaper:
    """End what makes no progress, and finish releases that were interrupted."""

    jobs: JobStore
    genomes: GenomeStore
    release: Release
    failure: Failure
    claims: Claims
    objects: ObjectStore  # the genomes' files
    fleet: Fleet
    limits: TimeLimits
    clock: Callable[[], float]

    def run(self) -> None:
        # Workers are listed before genomes, so that the item of each worker's genome has that worker's claim or a later one.
        workers = list(self.fleet.running())
        genomes = list(self.genomes.list())
        for genome in genomes:
            self._check_genome(genome)
        for genome_id in sorted(self.genomes.awaited()):
            self._check_awaited(genome_id)
        self._end_workers(workers)
        for preparation in list(self.genomes.retirement.all()):
            self._end_retired(preparation)
        read_again = [self.genomes.get(genome.genome_id) for genome in filter(_is_preparing, genomes)]
        self._fail_jobs({genome.genome_id: genome for genome in filter(_is_preparing, read_again)})

    def _check_genome(self, genome: Genome) -> None:
        match genome.state:
            case GenomeState.READY:
                self.release.release_all(genome.genome_id)
            case GenomeState.FAILED:
                self.failure.fail_waiters(genome)
            case GenomeState.PREPARING if genome.claim is not None:
                match genome.venue:
                    case None:
                        self._retry_start(genome, genome.claim)
                    case Venue.LAMBDA:
                        self._fail_stalled(genome, genome.claim, self.limits.stalled_seconds, GENOME_REASON)
                    case Venue.WORKER:
                        self._replace_worker(genome, genome.claim)

    def _check_awaited(self, genome_id: str) -> None:
        """Claim a genome that nobody prepares, such as one that was deleted while a job was being released."""
        self.release.release_all(genome_id)
        found = self.genomes.get(genome_id)
        if found is not None and found.state is not GenomeState.UPLOADING:
            return
        if not self.claims.claim_for_jobs(genome_id):
            self.failure.fail_waiting(genome_id, DELETED_REASON.format(genome_id=genome_id))

    def _end_retired(self, preparation: Genome) -> None:
        """Delete unused files first and then their items, so that a death in between is repaired by the next run."""
        if preparation.claim is not None and (preparation.used_until or 0) <= self.clock():
            self.objects.delete(self.objects.keys(keys.preparation(preparation.genome_id, preparation.claim)))
            self.genomes.retirement.remove(preparation.genome_id, preparation.claim)

    def _retry_start(self, genome: Genome, claim: str) -> None:
        """Retry the start, because its stream record was dropped or NCBI could not be reached; give up after an hour."""
        now = self.clock()
        if (genome.claimed or genome.updated) < now - START_TIMEOUT_SECONDS:
            self.failure.fail_genome(genome.genome_id, claim, START_REASON)
        else:
            self.genomes.nudge(genome.genome_id, claim, now)

    def _fail_stalled(self, genome: Genome, claim: str, limit_seconds: float, reason: str) -> None:
        now = self.clock()
        if self.genomes.fail_stalled(genome.genome_id, claim, reason, now - limit_seconds, now):
            self.failure.fail_remaining_waiters(self.genomes.get(genome.genome_id), claim)

    def _replace_worker(self, genome: Genome, claim: str) -> None:
        """Hand the genome to a new claim, which starts a new worker. The old one, if it is alive, owns nothing any more."""
        now = self.clock()
        if genome.damaged is not None:  # another claim would lose what its jobs are pinned to
            self._fail_stalled(genome, claim, HEARTBEAT_TIMEOUT_SECONDS, REPAIR_REASON)
        elif genome.attempts + 1 >= MAX_WORKER_ATTEMPTS:
            self._fail_stalled(genome, claim, HEARTBEAT_TIMEOUT_SECONDS, WORKER_REASON)
        else:
            self.genomes.retry(genome.genome_id, claim, uuid4().hex, now - HEARTBEAT_TIMEOUT_SECONDS, now)

    def _end_workers(self, workers: Sequence[RunningWorker]) -> None:
        for worker in workers:
            too_old = worker.launched < self.clock() - self.limits.worker_seconds
            if too_old or not owned(self.genomes.get(worker.genome_id), worker.claim):
                self.fleet.terminate(worker.instance_id)

    def _fail_jobs(self, preparing: Mapping[str, Genome]) -> None:
        now = self.clock()
        before = now - self.limits.stalled_seconds
        for job in self.jobs.stalled(before):
            genome = preparing.get(job.genome_id)
            # A job that has begun waits if the index of its genome was damaged and is built anew.
            begins = job.status in (Status.QUEUED, Status.PREPARING)
            waits = genome is not None and (begins or job.claim == genome.claim)
            reason = JOB_REASON.format(status=job.status)
            if not waits and self.jobs.fail_stalled(job.job_id, reason, before, now):
                self.genomes.remove_waiter(job.genome_id, job.job_id)


def _is_preparing(genome: Genome | None) -> TypeGuard[Genome]:
    return genome is not None and genome.state is GenomeState.PREPARING
