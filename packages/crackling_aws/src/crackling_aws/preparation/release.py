"""Mark a genome ready or failed, and release or fail the jobs that wait for it.

    claim -> download -> ISSL index -> ready -> each waiter's scan
                  any of them fails for good -> failed -> each waiter fails with the reason
    ready -> its index is damaged -> ISSL index, once -> ready -> the scan of each waiter once more

Every step can be repeated at any point: a claim is a token that stale messages lack, a finished part is in
the genome's item, and the waiters of a genome that is ready or failed are released by whoever finds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from crackling.errors import InputError
from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.models.genomes import Genome, GenomeState
from crackling_aws.models.owners import may_read
from crackling_aws.stores.genomes import is_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.jobs import Job
    from crackling_aws.queues import Queue
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore

DELETED_REASON = "The genome {genome_id} was deleted before the job began with it; upload it again, then submit the job again"


def failure_reason(genome: Genome) -> str:
    """Return why a job of a genome that has failed fails."""
    if genome.damaged is None:
        return f"The genome {genome.genome_id} could not be prepared: {genome.reason}"
    return (
        f"The off-target index of the genome {genome.genome_id} was damaged, and building it anew did not help: "
        f"{genome.reason}. Submit the job again: the genome is then prepared from its source"
    )


def owned(genome: Genome | None, claim: str) -> TypeGuard[Genome]:
    """Return whether the preparation with this token is under way; a message of any other is stale."""
    return genome is not None and genome.state is GenomeState.PREPARING and genome.claim == claim


@dataclass(frozen=True, kw_only=True)
class Release:
    """Release the jobs that wait for a genome once it is ready."""

    genomes: GenomeStore
    jobs: JobStore
    scans: Queue[ScanJob]
    clock: Callable[[], float]

    def finish(self, genome_id: str, claim: str) -> None:
        """Mark the genome ready if all its parts are done, and release the waiters that can begin.

        Parts are added to the item before it is read here: of two that finish together, one sees all.
        """
        found = self.genomes.get(genome_id)
        if owned(found, claim) and found.prepared:
            self.genomes.mark_ready(genome_id, claim, self.clock())
        self.release_all(genome_id)

    def release_all(self, genome_id: str) -> None:
        """Release all waiters of a genome that can begin."""
        for job_id in list(self.genomes.waiters(genome_id)):
            self.release_job(genome_id, job_id)

    def release_job(self, genome_id: str, job_id: str) -> bool:
        """Pin a job to the preparation of its genome, queue its scan, then forget that it waited.

        In this order, so that a death in between repeats it. Return False if the job still waits for its genome.
        """
        job = self.jobs.get(job_id)
        if job is None or job.finished:
            self.genomes.remove_waiter(genome_id, job_id)
            return True
        found = self.genomes.get(genome_id)
        try:
            claim = _pinned(job, found) if job.claim else self._use(job, found)
        except InputError as error:
            self.jobs.fail_unpinned(job_id, str(error), self.clock())
            self.genomes.remove_waiter(genome_id, job_id)
            return True
        if claim is None:
            return False
        if self.jobs.pin(job_id, claim, self.clock()):
            self.scans.send([ScanJob(job_id)])
        # The scan's scores may have found the index damaged meanwhile; then the job waits again.
        return self.genomes.release_waiter(genome_id, job_id, found.damaged if found else None)

    def _use(self, job: Job, found: Genome | None) -> str | None:
        """Return the preparation that a job can begin with, if there is one, and keep it until the job expires.

        It is kept before the job is pinned to it: whoever deletes the genome in between retires it.

        Raises:
            InputError: the genome is another user's, who does not share it: the job's own was deleted, and its id used anew.
        """
        if found is not None and not may_read(job.owner, found):
            raise InputError(DELETED_REASON.format(genome_id=job.genome_id))
        if not is_ready(found) or found.claim is None:
            return None
        return found.claim if self.genomes.use(job.genome_id, found.claim, job.expires) else None


def _pinned(job: Job, found: Genome | None) -> str | None:
    """Return the preparation that a job is pinned to, unless its index is damaged and the job waits for another."""
    waits = found is not None and found.claim == job.claim and not is_ready(found)
    return None if waits else job.claim


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Fail a preparation, and the jobs that wait for it, with a reason."""

    genomes: GenomeStore
    jobs: JobStore
    clock: Callable[[], float]

    def fail_genome(self, genome_id: str, claim: str, reason: str) -> None:
        """Fail the preparation with this token and its waiters; nothing if it ended otherwise."""
        self.genomes.mark_failed(genome_id, claim, reason, self.clock())
        self.fail_remaining_waiters(self.genomes.get(genome_id), claim)

    def fail_remaining_waiters(self, genome: Genome | None, claim: str) -> None:
        """Fail the waiters of a preparation that has failed, as whoever failed it may have died before that."""
        if genome is not None and genome.state is GenomeState.FAILED and genome.claim == claim:
            self.fail_waiters(genome)

    def fail_preparation(self, message: PrepareGenome, reason: str) -> None:
        """Fail the preparation that a message belongs to."""
        self.fail_genome(message.genome_id, message.claim, reason)

    def fail_waiters(self, genome: Genome) -> None:
        """Fail every waiter of a genome that has failed, also those that began with it before its index was damaged."""
        reason = failure_reason(genome)
        for job_id in list(self.genomes.waiters(genome.genome_id)):
            if genome.claim is not None:
                self.jobs.fail_pinned(job_id, genome.claim, reason, self.clock())
            self.fail_waiter(genome.genome_id, job_id, reason)

    def fail_waiting(self, genome_id: str, reason: str) -> None:
        """Fail the jobs that wait for a genome, except those that are pinned: they wait for their message only (see Release)."""
        for job_id in list(self.genomes.waiters(genome_id)):
            self.fail_waiter(genome_id, job_id, reason)

    def fail_waiter(self, genome_id: str, job_id: str, reason: str) -> None:
        """Fail a job that waits for a genome; it stays among the waiters if it is pinned and not finished."""
        if not self.jobs.fail_unpinned(job_id, reason, self.clock()):
            job = self.jobs.get(job_id)
            if job is not None and not job.finished:
                return
        self.genomes.remove_waiter(genome_id, job_id)
