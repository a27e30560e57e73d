"""The download of a genome: from its source, each letter checked, into the genome bucket as gzipped FASTA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from isal import igzip

from crackling.errors import InputError
from crackling.sequences import normalise, read_fasta
from crackling_aws import keys
from crackling_aws.models import Part, Source
from crackling_aws.objects import MissingObjectError
from crackling_preparation.release import owned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from crackling_aws.genomes import GenomeStore
    from crackling_aws.messages import PrepareGenome
    from crackling_aws.models import Genome
    from crackling_aws.objects import ObjectStore
    from crackling_aws.queues import Sender
    from crackling_preparation.release import Failure

LINE = 80
_BLOCK = LINE * 10_000


class Counts(NamedTuple):
    """What a FASTA file holds."""

    contigs: int
    bases: int


def copy_fasta(source: BinaryIO, out: BinaryIO, label: str) -> Counts:
    """Copy FASTA (plain or compressed) as gzipped FASTA, one contig in memory at a time.

    The same contigs give the same bytes.

    Raises:
        InputError: it is not FASTA, not DNA, damaged, or empty.
    """
    contigs = bases = 0
    packer = igzip.GzipFile(fileobj=out, mode="wb", compresslevel=2, mtime=0)  # type: ignore[no-untyped-call]
    with cast("BinaryIO", packer) as packed:
        for contig in read_fasta(source, label):
            sequence = normalise(contig, label).sequence
            packed.write(f">{contig.name}\n".encode())
            for block in _lines(sequence):
                packed.write(block)
            contigs += 1
            bases += len(sequence)
    if not bases:
        raise InputError(f"{label}: holds no sequence, only headers; give a FASTA file of the whole genome")
    return Counts(contigs, bases)


def _lines(sequence: str) -> Iterator[bytes]:
    for start in range(0, len(sequence), _BLOCK):
        block = sequence[start : start + _BLOCK]
        yield "".join(f"{block[i : i + LINE]}\n" for i in range(0, len(block), LINE)).encode()


@dataclass(frozen=True)
class Download:
    """Downloads a genome and has its indexes built.

    `fetch` streams an assembly by its accession; leaving its context well means that every byte was verified.
    """

    genomes: GenomeStore
    objects: ObjectStore
    fetch: Callable[[str], AbstractContextManager[BinaryIO]]
    bowtie2: Sender[PrepareGenome]
    issl: Sender[PrepareGenome]
    failure: Failure
    clock: Callable[[], float]

    def run(self, message: PrepareGenome) -> None:
        """A repetition finds the sequence in place and queues the builds again: the first may have died."""
        genome = self.genomes.get(message.genome)
        if not owned(genome, message.claim):
            self.failure.settle(genome, message.claim)
            return
        if Part.FASTA not in genome.done:
            counts = self._copy(genome, message.claim)
            self.genomes.fasta_done(genome.genome, message.claim, counts.contigs, counts.bases, self.clock())
        self.issl.send([message])
        if Part.BOWTIE2 in genome.parts:
            self.bowtie2.send([message])

    def _copy(self, genome: Genome, claim: str) -> Counts:
        label = genome.name or genome.genome
        # The source's context ends first, so a failed check leaves no object behind.
        try:
            with self.objects.writer(keys.fasta(genome.genome, claim)) as out, self._source(genome) as source:
                return copy_fasta(source, out, label)
        except MissingObjectError:
            raise InputError(
                f"{label}: no file was uploaded; upload its FASTA and complete the upload"
            ) from None

    def _source(self, genome: Genome) -> AbstractContextManager[BinaryIO]:
        if genome.source is Source.ACCESSION:
            return self.fetch(genome.genome)
        return cast("AbstractContextManager[BinaryIO]", self.objects.open(keys.upload(genome.genome)))
