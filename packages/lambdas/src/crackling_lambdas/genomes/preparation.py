"""Begin the preparation of a genome.

    claim (API, or a job's admission) -> the item's stream -> size -> venue -> download queue | worker

A claim only writes the item. The item's stream invokes the scheduler, which finds out how large the genome is, records its
venue, and only then starts the preparation. Each step may be repeated at any point.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from crackling.errors import CracklingError, InputError
from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import Part, Venue
from crackling_aws.preparation.release import owned
from crackling_aws.stores import keys
from crackling_lambdas.caps import Resource
from crackling_lambdas.errors import LimitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Genome
    from crackling_aws.preparation.release import Failure
    from crackling_aws.queues import Queue
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_lambdas.caps import Caps
    from crackling_lambdas.genomes.expectation import Expectations
    from crackling_lambdas.genomes.sizes import Sizes

NCBI_TIMEOUT_SECONDS = 20 * 60.0  # from the claim, while NCBI cannot be reached


logger = logging.getLogger(__name__)


class Launcher(Protocol):
    """Start workers; implemented by crackling_aws.ec2_workers.Workers."""

    def launch(self, genome_id: str, claim: str, bases: int) -> str:
        """Start the worker of a preparation, or find the one already started; return the instance's id.

        Raises:
            CracklingError: no worker can be started; the message says why and what to do.
        """


@dataclass(frozen=True, kw_only=True)
class Preparations:
    """Begin preparations: in functions, or on workers if the genome is too large for functions."""

    genomes: GenomeStore
    sizes: Sizes
    downloads: Queue[PrepareGenome]
    launcher: Launcher
    failure: Failure
    expectations: Expectations
    caps: Caps
    worker_hours: int  # of one worker at most
    clock: Callable[[], float]

    def begin(self, genome_id: str) -> None:
        """Begin the preparation that owns the genome, or resume it where an earlier attempt died."""
        found = self.genomes.get(genome_id)
        if found is None or found.claim is None:
            return
        claim = found.claim
        if owned(found, claim) and found.venue is None:
            self._choose(found, claim)
            found = self.genomes.get(genome_id)
        if owned(found, claim):
            self._start(found, claim)
        else:
            self.failure.fail_remaining_waiters(
                found, claim
            )  # an earlier attempt may have died before it had failed all of them

    def _choose(self, genome: Genome, claim: str) -> None:
        """Choose the venue and record it; change nothing while NCBI cannot be reached."""
        self._clear(genome.genome_id, claim)
        try:
            size = self.sizes.of(genome)
        except InputError as error:
            self._fail(genome.genome_id, claim, error)
        except CracklingError as error:
            logger.warning("The genome %s does not begin yet: %s", genome.genome_id, error)
            if self.clock() >= (genome.claimed or 0) + NCBI_TIMEOUT_SECONDS:
                self._fail(genome.genome_id, claim, error)
        else:
            venue, [seconds] = self.expectations.venue(size.bases), self.expectations.of([size.bases])
            self.genomes.begun(
                genome.genome_id, claim, venue, size.bases, seconds, size.organism, self.clock()
            )

    def _clear(self, genome_id: str, claim: str) -> None:
        """Delete the files that earlier preparations left, unless jobs use them.

        They are listed before the claim is confirmed, so that none belongs to a later preparation.
        """
        objects = self.sizes.objects
        spared = tuple(
            keys.preparation(genome_id, kept) for kept in (claim, *self.genomes.retirement.claims(genome_id))
        )
        left = [key for key in objects.keys(keys.genome_folder(genome_id)) if not key.startswith(spared)]
        if owned(self.genomes.get(genome_id), claim):
            objects.delete(left)

    def _start(self, genome: Genome, claim: str) -> None:
        # A damaged index is built anew from a sequence that is there: the downloader passes the message on.
        if genome.venue is Venue.LAMBDA and (Part.FASTA not in genome.done or genome.damaged is not None):
            self.downloads.send([PrepareGenome(genome.genome_id, claim)])
        if genome.venue is Venue.WORKER and genome.worker is None:
            try:
                with self.caps.taking(None, {Resource.WORKER_HOURS: self.worker_hours}):
                    worker = self.launcher.launch(genome.genome_id, claim, genome.expected_bases or 0)
            except (CracklingError, LimitError) as error:
                self._fail(genome.genome_id, claim, error)
            else:
                self.genomes.launched(genome.genome_id, claim, worker, self.clock())

    def _fail(self, genome_id: str, claim: str, error: CracklingError | LimitError) -> None:
        logger.warning("The genome %s cannot be prepared: %s", genome_id, error)
        self.failure.fail_genome(genome_id, claim, str(error))
