"""A part of the genome as the query of `crackling design`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.cli.cached_genomes import is_accession
from crackling.errors import InputError
from crackling.guides import region as regions
from crackling.specificity.index import is_index

if TYPE_CHECKING:
    from pathlib import Path

    from crackling.annotation.annotation import Annotation
    from crackling.sequences.fasta import Contig
    from crackling.specificity import Index


def check_region(text: str, genome: Path) -> None:
    """What can be said before the genome is opened.

    Raises:
        InputError: it is no region, or the genome is an index, which holds no sequence.
    """
    regions.parse_region(text)
    if not is_accession(genome) and is_index(genome):
        raise InputError(
            f"{genome}: is an index, which holds no sequence to read --region from; give --genome the FASTA file or the accession"
        )


def read_region(text: str, genome: Path, index: Index, annotation: Annotation | None) -> Contig:
    """The query that a text names, of a genome with this index.

    Raises:
        InputError: there is no such gene, contig or place.
    """
    region = regions.locate(text, dict(index.contigs), annotation)
    return region.contig(regions.read_region(_fasta(genome), region.position))


def _fasta(genome: Path) -> Path:
    if not is_accession(genome):
        return genome
    from crackling.ncbi.cache import Cache

    kept = Cache().find(str(genome))
    assert kept is not None, "its index is open"
    return kept.fasta
