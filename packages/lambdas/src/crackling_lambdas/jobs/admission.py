"""Admit a new job: it is scanned if its genome is ready, and waits if it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws.preparation.release import DELETED_REASON

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.preparation.release import Failure, Release
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore
    from crackling_lambdas.genomes.claims import Claims


@dataclass(frozen=True, kw_only=True)
class Admission:
    """Admit jobs."""

    jobs: JobStore
    genomes: GenomeStore
    claims: Claims
    release: Release
    failure: Failure
    clock: Callable[[], float]

    def admit(self, job_id: str) -> None:
        """Start the job's scan, or claim its genome and leave it among the waiters."""
        job = self.jobs.get(job_id)
        if job is None:
            return
        if job.finished:
            self.genomes.remove_waiter(job.genome_id, job_id)
            return
        # The waiter comes before the genome's state is read: see crackling_aws.stores.genomes.
        self.genomes.add_waiter(job.genome_id, job_id, job.expires)
        if self.release.release_job(job.genome_id, job_id):
            return
        self.jobs.mark_preparing(job_id, self.clock())
        if not self.claims.claim_for_jobs(job.genome_id):
            self.failure.fail_waiter(job.genome_id, job_id, DELETED_REASON.format(genome_id=job.genome_id))
