"""Claim genomes: a claim names the preparation that owns a genome."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.ncbi import ACCESSION
from crackling_aws.models.genomes import Part, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.stores.genomes import GenomeStore

PARTS = (Part.FASTA, Part.ISSL)


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Claim genomes for preparation."""

    genomes: GenomeStore
    clock: Callable[[], float]

    def claim(self, genome_id: str, source: Source) -> None:
        """Claim the genome, unless it is ready or being prepared.

        Each claim has a new token: a repeated one would be mistaken for the preparation that has ended.
        """
        self.genomes.claim(genome_id, uuid.uuid4().hex, source, PARTS, self.clock())

    def claim_for_jobs(self, genome_id: str) -> bool:
        """Claim a genome that jobs wait for; return False if it does not exist any more, and NCBI does not have it either."""
        found = self.genomes.get(genome_id)
        if found is None and not ACCESSION.fullmatch(genome_id):
            return False
        self.claim(genome_id, Source.ACCESSION if found is None else found.source)
        return True
