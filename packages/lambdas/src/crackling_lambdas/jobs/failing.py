"""End a job with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.messages import ScanJob, ScoreChunk
    from crackling_aws.stores.jobs import JobStore


def fail_job(jobs: JobStore, clock: Callable[[], float]) -> Callable[[ScanJob | ScoreChunk, str], None]:
    """Return a function that fails the job that a message names; a finished job stays as it is."""

    def fail(message: ScanJob | ScoreChunk, reason: str) -> None:
        jobs.fail(message.job_id, reason, clock())

    return fail
