"""Delete jobs when their users ask for it, or when they expire.

The mark comes first: from then on nobody reads the job, no message changes it, and its user's words are gone from the item.
Its data follow, and the mark goes last. A function that had read the job before may still store something, so the reaper
erases once more when no such function can run any longer; it also finishes what was interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws.stores import keys
from crackling_lambdas.jobs.results import unknown_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.jobs import Job
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_aws.stores.targets import TargetStore

MARK_SECONDS = 30 * 60.0  # twice as long as any function may run


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """Delete jobs with everything that is stored for them."""

    jobs: JobStore
    targets: TargetStore
    genomes: GenomeStore
    objects: ObjectStore  # queries and exports
    clock: Callable[[], float]

    def delete(self, job_id: str) -> None:
        """Delete a job for its user. A repetition finishes what was interrupted.

        Raises:
            NotFoundError: there is no such job.
        """
        self.jobs.mark_deleted(job_id, self.clock())
        if (job := self.jobs.remains(job_id)) is None:
            raise unknown_job(job_id)
        self._erase(job)

    def withdraw_email(self, job_id: str) -> None:
        """Forget who is emailed about a job. If it is not finished yet, no email about it is ever sent.

        The subscription of the address stays, as other jobs may use it, and lets nothing pass but what names this recipient.
        """
        self.jobs.withdraw_email(job_id)

    def delete_due(self) -> None:
        """Delete the jobs that have expired, and finish the deletion of others."""
        now = self.clock()
        for job in self.jobs.to_erase(now):
            if job.deleted is None:
                self.jobs.mark_deleted(job.job_id, now)
            self._erase(job)
            self.jobs.forget(job.job_id, now - MARK_SECONDS)

    def _erase(self, job: Job) -> None:
        """Erase what is stored of a job that is marked, except the mark."""
        self.genomes.remove_waiter(job.genome_id, job.job_id)
        self.targets.delete(job.job_id)
        self.objects.delete(self.objects.keys(keys.job_folder(job.job_id)))
