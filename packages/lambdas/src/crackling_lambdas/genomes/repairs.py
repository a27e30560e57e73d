"""Have a damaged index built anew, once, from the sequence that its preparation stored.

The genome goes on being prepared under the same claim: jobs that are pinned to it are of the very same sequence, and wait. A job
is noted as waiting before the state is read again, as in crackling_aws.stores.genomes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.errors import InputError
from crackling_aws.models.genomes import GenomeState
from crackling_aws.preparation.release import failure_reason, owned
from crackling_aws.stores.genomes import is_ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling.errors import CracklingError
    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job
    from crackling_aws.preparation.release import Failure
    from crackling_aws.stores.genomes import GenomeStore

AGAIN = "its index was damaged again after it had been built anew"
UNDER_REPAIR = "The off-target index of the genome {genome_id} was damaged and is being built anew; ask again when it is ready"
LOST = (
    "The off-target index of the genome {genome_id} that the job began with was damaged, and that genome was deleted or "
    "replaced since; submit the job again"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Repairs:
    """Have damaged indexes built anew."""

    genomes: GenomeStore
    failure: Failure
    clock: Callable[[], float]

    def begin(self, genome: Genome, claim: str, error: CracklingError) -> None:
        """Have the index of a genome built anew that was ready by `claim` when it was read, and whose index is damaged.

        A genome whose index was built anew already fails, with the jobs that wait for it. Nothing happens if the genome has
        changed since.
        """
        genome_id = genome.genome_id
        logger.warning("%s", error)
        if not is_ready(genome) or genome.retired:
            return
        if genome.damaged is None:
            self.genomes.mark_damaged(genome_id, claim, self.clock())
        elif self.genomes.fail_damaged(genome_id, claim, AGAIN, self.clock()):
            self.failure.fail_remaining_waiters(self.genomes.get(genome_id), claim)

    def wait(self, job: Job, claim: str) -> Genome | None:
        """Let a job that is pinned to `claim` wait until the index of its genome is built anew.

        Return the genome if that has happened already; then the job need not wait.

        Raises:
            InputError: that cannot happen any more.
        """
        found = self.genomes.get(job.genome_id)
        if owned(found, claim) and found.damaged is not None:
            self.genomes.await_repair(job.genome_id, job.job_id, job.expires, found.damaged)
            found = self.genomes.get(job.genome_id)
        if is_ready(found, claim):
            return found
        if owned(found, claim):
            return None
        raise InputError(unusable_reason(job.genome_id, claim, found))


def unusable_reason(genome_id: str, claim: str, genome: Genome | None) -> str:
    """Return why the index that a preparation made cannot be used, with what to do."""
    if genome is None or genome.claim != claim or genome.retired:
        return LOST.format(genome_id=genome_id)
    if genome.state is GenomeState.FAILED:
        return failure_reason(genome)
    return UNDER_REPAIR.format(genome_id=genome_id)
