"""Find out how large a genome is before any of it is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from crackling.errors import InputError
from crackling_aws.models.genomes import Source
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError

if TYPE_CHECKING:
    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.objects import ObjectStore

GZIP = b"\x1f\x8b"
BASES_PER_PACKED_BYTE = (
    4  # of gzipped FASTA: a base takes a little more than 2 bits, so this is rarely too low
)


class AssemblyReport(Protocol):
    """Describe the fields that are used of an assembly's report."""

    @property
    def organism(self) -> str: ...
    @property
    def bases(self) -> int: ...


class Assemblies(Protocol):
    """Look up assemblies by accession; implemented by crackling.ncbi.datasets.Ncbi."""

    def assembly(self, accession: str) -> AssemblyReport:
        """Return what is published about an assembly.

        Raises:
            InputError: it cannot be used; the message says why.
            CracklingError: NCBI cannot be reached at the moment.
        """


class Size(NamedTuple):
    """Hold how large a genome is, and its organism where that is known."""

    bases: int
    organism: str | None


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Find out how large genomes are before anything is downloaded."""

    assemblies: Assemblies
    objects: ObjectStore

    def of(self, genome: Genome) -> Size:
        """Return an assembly's size from its report, or an upload's size estimated from that of its file.

        Raises:
            InputError: the assembly or the upload cannot be used.
            CracklingError: NCBI cannot be reached.
        """
        if genome.bases is not None:  # only its index is built anew
            return Size(genome.bases, genome.organism)
        if genome.source is Source.ACCESSION:
            report = self.assemblies.assembly(genome.genome_id)
            return Size(report.bases, report.organism)
        return Size(self._upload(genome.genome_id, genome.name or genome.genome_id), None)

    def _upload(self, genome_id: str, label: str) -> int:
        key = keys.upload(genome_id)
        try:
            with self.objects.open(key) as stream:
                packed = stream.read(len(GZIP)) == GZIP
        except MissingObjectError:
            raise InputError(
                f"{label}: no file was uploaded; upload its FASTA and complete the upload"
            ) from None
        if not (size := self.objects.size(key)):
            raise InputError(f"{label}: the uploaded file is empty; upload its FASTA again")
        return size * BASES_PER_PACKED_BYTE if packed else size
