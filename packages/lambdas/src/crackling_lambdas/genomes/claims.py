"""Claim genomes: a claim names the preparation that owns a genome."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
