"""Beginning the preparation of a genome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling_aws.messages import PrepareGenome
from crackling_aws.models import Part, Source
from crackling_preparation.release import owned

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.genomes import GenomeStore
    from crackling_aws.queues import Queue


@dataclass(frozen=True)
class Preparations:
    """Begins preparations. This is where the size of a genome will choose between Lambda and a worker."""

    genomes: GenomeStore
    downloads: Queue[PrepareGenome]
    with_bowtie2: bool
    clock: Callable[[], float]

    def begin(self, genome: str, claim: str, source: Source) -> None:
        """Claim the genome, or confirm that `claim` has it, and queue its download.

        A claim that another token holds, and a genome that is ready, are left alone.
        """
        parts = {Part.FASTA, Part.ISSL} | ({Part.BOWTIE2} if self.with_bowtie2 else set())
        self.genomes.claim(genome, claim, source, parts, self.clock())
        # Whatever claim() said: an earlier attempt may have won the claim and died before it queued.
        self.resume(genome, claim)

    def resume(self, genome: str, claim: str) -> None:
        """Queue the download of a preparation that `claim` owns, unless it is done."""
        found = self.genomes.get(genome)
        if owned(found, claim) and Part.FASTA not in found.done:
            self.downloads.send([PrepareGenome(genome, claim)])
