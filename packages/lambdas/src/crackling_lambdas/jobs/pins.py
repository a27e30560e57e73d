"""Read a job's genome as it was when the job began with it, also if it was deleted or replaced since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job

    ReadPreparation = Callable[[str, str], Genome | None]  # by the genome's id and a claim


def pinned(read: ReadPreparation, job: Job) -> tuple[Genome, str]:
    """Return the genome that a job is pinned to, as its preparation made it, and that preparation's claim.

    Raises:
        InputError: its files are deleted, or an earlier version queued the job's scan without pinning it.
    """
    if job.claim is not None and (found := read(job.genome_id, job.claim)) is not None:
        return found, job.claim
    raise InputError(
        f"The genome {job.genome_id} that the job began with is no longer kept; submit the job again"
    )
