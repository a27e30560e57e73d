"""Download a genome, check every letter, and store it in the genome bucket as gzipped FASTA."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError
from crackling.sequences.faidx import FastaWriter
from crackling.sequences.fasta import Contig, normalise, read_pieces
from crackling.sequences.progress import read_with_progress
from crackling_aws.models.genomes import Part, Phase, Source
from crackling_aws.preparation.annotation import AnnotationStep, no_annotation
from crackling_aws.preparation.progress import LostClaimError, Reporter
from crackling_aws.preparation.release import owned
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from crackling.sequences.faidx import FastaIndex
    from crackling_aws.messages import PrepareGenome
    from crackling_aws.models.genomes import Genome
    from crackling_aws.preparation.annotation import DownloadAnnotation
    from crackling_aws.preparation.release import Failure
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore

    OnProgress = Callable[[int, int], None]  # bytes done, bytes in all
    DownloadFasta = Callable[[str, OnProgress], AbstractContextManager[BinaryIO]]


# The limits of a preparation in functions; see decision 0067.
MAX_CONTIGS = 2_000_000  # their table is in memory, 300 bytes each
MAX_NAME_LETTERS = 1_000  # of a contig
_MAX_BYTES_A_BASE = 2  # of FASTA: a line may have one base only
_MAX_BYTES_OF_HEADERS = 256 << 20

logger = logging.getLogger(__name__)


def copy_fasta(source: BinaryIO, out: BinaryIO, label: str, limit: int | None = None) -> FastaIndex:
    """Copy FASTA (plain or compressed) as gzipped FASTA that is read in parts, in some 20 MB of memory; return its tables.

    The same contigs give the same bytes. `limit`: the most bases that are taken.

    Raises:
        InputError: it is not FASTA, not DNA, damaged, empty, without a known base, or too large, or two contigs have one name.
    """
    bases = before = 0
    writer, contigs, is_known = FastaWriter(out, label), 0, False
    max_bytes = None if limit is None else _MAX_BYTES_A_BASE * limit + _MAX_BYTES_OF_HEADERS
    for name, piece in read_pieces(source, label, max_bytes):
        if not piece:
            contigs += 1
            if limit is not None and contigs > MAX_CONTIGS:
                raise InputError(f"{label}: holds more than {MAX_CONTIGS:,} contigs; leave out the shortest")
            if len(name) > MAX_NAME_LETTERS:
                raise InputError(
                    f"{label}: the name of contig {contigs:,} has more than {MAX_NAME_LETTERS:,} letters; "
                    "put a space behind the name"
                )
            writer.begin(name)
            before = 0
            continue
        sequence = normalise(Contig(name, piece), label, before).sequence
        before, bases = before + len(sequence), bases + len(sequence)
        is_known = is_known or any(base in sequence for base in "ACGT")
        if limit is not None and bases > limit:
            raise _too_large(label, limit)
        writer.add(sequence)
    if not bases:
        raise InputError(f"{label}: holds no sequence, only headers; give a FASTA file of the whole genome")
    if not is_known:
        raise InputError(
            f"{label}: holds no known base, only N and other ambiguous letters; give a FASTA file of the assembled genome"
        )
    return writer.finish()


def _too_large(label: str, limit: int) -> InputError:
    return InputError(
        f"{label}: holds more than {limit:,} bases, far more than the size of its file suggested; "
        "upload it without compression"
    )


@dataclass(frozen=True, kw_only=True)
class Download:
    """Download a genome, then call `proceed` with the message.

    `download_fasta` streams an assembly by its accession; its context ends without an error only if every byte was verified.
    `download_annotation` streams its annotation, or gives None if it has none.
    `limit`: the most bases that can be prepared where this runs, None for any number.
    """

    genomes: GenomeStore
    objects: ObjectStore
    download_fasta: DownloadFasta
    limit: int | None
    proceed: Callable[[PrepareGenome], None]
    failure: Failure
    clock: Callable[[], float]
    download_annotation: DownloadAnnotation = no_annotation
    max_seconds: float | None = None

    def run(self, message: PrepareGenome) -> None:
        """Download the genome and proceed; a repeated call only proceeds, as the first may have died before that."""
        genome, claim = self.genomes.get(message.genome_id), message.claim
        if not owned(genome, claim):
            self.failure.fail_remaining_waiters(genome, claim)
            return
        if Part.FASTA not in genome.done:
            report = Reporter(
                genomes=self.genomes,
                genome_id=genome.genome_id,
                claim=claim,
                clock=self.clock,
                max_seconds=self.max_seconds,
            )
            try:
                phase = Phase.READING if genome.source is Source.UPLOAD else Phase.DOWNLOADING
                index = self._copy(genome, claim, partial(report, Part.FASTA, phase=phase))
                report(Part.FASTA, phase=Phase.ANNOTATING)
                annotation = AnnotationStep(
                    genomes=self.genomes,
                    objects=self.objects,
                    clock=self.clock,
                    download=self.download_annotation,
                )
                lengths = {name: entry.bases for name, entry in index.contigs.items()}
                annotation.prepare(genome, claim, lengths)
            except LostClaimError as error:
                logger.warning("The download stops: %s", error)
                # Another delivery of this message may have failed the genome and died before it failed the waiters.
                self.failure.fail_remaining_waiters(self.genomes.get(message.genome_id), claim)
                return
            self.genomes.fasta_done(genome.genome_id, claim, len(index.contigs), index.bases, self.clock())
        self.proceed(message)

    def _copy(self, genome: Genome, claim: str, on_progress: OnProgress) -> FastaIndex:
        label = genome.name or genome.genome_id
        key = keys.fasta(genome.genome_id, claim)
        # The source's context ends first, so a failed check leaves no object behind.
        with self.objects.writer(key) as out, self._source(genome, label, on_progress) as source:
            index = copy_fasta(source, out, label, self.limit)
        self.objects.put(keys.contig_table(genome.genome_id, claim), index.fai())
        self.objects.put(keys.block_table(genome.genome_id, claim), index.blocks.encode())
        return index

    def _source(
        self, genome: Genome, label: str, on_progress: OnProgress
    ) -> AbstractContextManager[BinaryIO]:
        if genome.source is Source.ACCESSION:
            return self.download_fasta(genome.genome_id, on_progress)
        return self._upload(keys.upload(genome.genome_id), label, on_progress)

    @contextmanager
    def _upload(self, key: str, label: str, on_progress: OnProgress) -> Iterator[BinaryIO]:
        size = self.objects.size(key)
        try:
            with self.objects.open(key) as stream:
                yield read_with_progress(stream, lambda done: on_progress(done, size or done))
        except MissingObjectError:
            raise InputError(
                f"{label}: no file was uploaded; upload its FASTA and complete the upload"
            ) from None
