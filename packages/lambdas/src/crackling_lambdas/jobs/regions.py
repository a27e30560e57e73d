"""Read a job's query from its genome, if the query is a region, once the genome is ready."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crackling.annotation.annotation import Position
from crackling.annotation.gene_lookup import one_based
from crackling.errors import InputError
from crackling.guides.region import locate, parse_region
from crackling.sequences.faidx import FastaIndex
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.jobs.submission import MAX_QUERY_BASES

if TYPE_CHECKING:
    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.genomes.annotations import Annotations


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Read parts of genomes."""

    objects: ObjectStore  # the genomes' files
    annotations: Annotations

    def fasta(self, text: str, genome: Genome, claim: str) -> str:
        """Return the bases of the region that a text names in a genome, as the preparation `claim` made it.

        Raises:
            InputError: the genome has no such region, or it is too large.
        """
        genome_id = genome.genome_id
        index = self._index(genome_id, claim)
        contigs = {name: entry.bases for name, entry in index.contigs.items()}
        asked = parse_region(text)
        is_on_contig = isinstance(asked, Position) and asked.contig in contigs
        region = locate(text, contigs, None if is_on_contig else self.annotations.of(genome))
        contig, start, end = region.position
        if end - start > MAX_QUERY_BASES:
            raise InputError(
                f"{region.name}: has {end - start:,} bases ({one_based(region.position)}); "
                f"the limit of a job is {MAX_QUERY_BASES:,}; give a part of it as CONTIG:START-END"
            )
        read = partial(self.objects.read, keys.fasta(genome_id, claim))
        try:
            return region.fasta(index.sequence(contig, start, end, read))
        except MissingObjectError:
            raise InputError(
                f"The sequence of the genome {genome_id} is no longer stored; give the sequence instead of the region, "
                "or delete the genome and have it prepared anew"
            ) from None

    def _index(self, genome_id: str, claim: str) -> FastaIndex:
        try:
            contigs = self.objects.get(keys.contig_table(genome_id, claim))
            return FastaIndex.decode(contigs, self.objects.get(keys.block_table(genome_id, claim)))
        except MissingObjectError:
            raise InputError(
                f"The genome {genome_id} was prepared before its genes and regions could be named; "
                "give the sequence"
            ) from None
