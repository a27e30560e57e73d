"""How the preparation of a genome begins.

    claim (API, or a job's admission) -> the item's stream -> size -> place -> download queue | worker

A claim writes the item and nothing else. Its stream wakes the scheduler, which finds out how large the genome
is, writes where it is prepared, and only then starts that. Each step may be repeated at any point.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from crackling.errors import CracklingError, InputError
from crackling_aws.messages import PrepareGenome
from crackling_aws.models import Part, Place, Source
from crackling_aws.preparation.release import owned
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models import Genome
    from crackling_aws.preparation.release import Failure
    from crackling_aws.queues import Queue
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.logic.expectation import Expectations

GZIP = b"\x1f\x8b"
BASES_A_PACKED_BYTE = 4  # of gzipped FASTA; DNA packs to 2 bits and a little, so this is rarely too low
PATIENCE = 20 * 60.0  # seconds in which NCBI may come to itself


class Described(Protocol):
    """What is asked of an assembly's report."""

    @property
    def organism(self) -> str: ...
    @property
    def bases(self) -> int: ...


class Assemblies(Protocol):
    """Knows assemblies by accession: crackling.ncbi.datasets.Ncbi."""

    def assembly(self, accession: str) -> Described:
        """What is published about an assembly.

        Raises:
            InputError: it cannot be used; the message says why.
            CracklingError: it could not be asked for now.
        """


class Launcher(Protocol):
    """Starts workers: crackling_aws.ec2_workers.Workers."""

    def launch(self, genome: str, claim: str, bases: int) -> str:
        """Start the worker of a preparation, or find the one that was started; the instance's id.

        Raises:
            CracklingError: there is none to be had; the message says why and what to do.
        """


class Size(NamedTuple):
    """How large a genome is, and whose it is where that is known."""

    bases: int
    organism: str | None


@dataclass(frozen=True)
class Claims:
    """Claims genomes for preparation."""

    genomes: GenomeStore
    with_bowtie2: bool
    clock: Callable[[], float]

    def claim(self, genome: str, source: Source) -> None:
        """Claim the genome, unless it is ready or being prepared.

        Each claim has a token of its own: one that came again would be taken for the preparation that has ended.
        """
        parts = {Part.FASTA, Part.ISSL} | ({Part.BOWTIE2} if self.with_bowtie2 else set())
        self.genomes.claim(genome, uuid.uuid4().hex, source, parts, self.clock())


@dataclass(frozen=True)
class Sizes:
    """Finds out how large genomes are, before anything is fetched."""

    assemblies: Assemblies
    objects: ObjectStore

    def of(self, genome: Genome) -> Size:
        """The bases of an assembly by its report; of an upload estimated from the size of its file.

        Raises:
            InputError: there is no such thing.
            CracklingError: NCBI could not be asked.
        """
        if genome.source is Source.ACCESSION:
            report = self.assemblies.assembly(genome.genome)
            return Size(report.bases, report.organism)
        return Size(self._upload(genome.genome, genome.name or genome.genome), None)

    def _upload(self, genome: str, label: str) -> int:
        key = keys.upload(genome)
        try:
            with self.objects.open(key) as stream:
                packed = stream.read(len(GZIP)) == GZIP
        except MissingObjectError:
            raise InputError(
                f"{label}: no file was uploaded; upload its FASTA and complete the upload"
            ) from None
        if not (size := self.objects.size(key)):
            raise InputError(f"{label}: the uploaded file is empty; upload its FASTA again")
        return size * BASES_A_PACKED_BYTE if packed else size


@dataclass(frozen=True)
class Preparations:
    """Begins preparations: in functions, or of genomes that are too large for them on workers."""

    genomes: GenomeStore
    sizes: Sizes
    downloads: Queue[PrepareGenome]
    launcher: Launcher
    failure: Failure
    expectations: Expectations
    clock: Callable[[], float]
    tell: Callable[[str, Exception], None]  # of trouble that may pass: the genome and the error

    def begin(self, genome: str) -> None:
        """Begin the preparation that owns the genome, or take it up where an earlier attempt died."""
        found = self.genomes.get(genome)
        if found is None or found.claim is None:
            return
        claim = found.claim
        if owned(found, claim) and found.place is None:
            self._choose(found, claim)
            found = self.genomes.get(genome)
        if owned(found, claim):
            self._start(found, claim)
        else:
            self.failure.settle(found, claim)  # the first attempt may have died while it failed them

    def _choose(self, genome: Genome, claim: str) -> None:
        """Write where the genome is prepared; leave it as it is while NCBI cannot be asked."""
        self._clear(genome.genome, claim)
        try:
            size = self.sizes.of(genome)
        except InputError as error:
            self.failure.of(genome.genome, claim, str(error))
        except CracklingError as error:
            self.tell(genome.genome, error)
            if self.clock() >= (genome.claimed or 0) + PATIENCE:
                self.failure.of(genome.genome, claim, str(error))
        else:
            place, [seconds] = self.expectations.place(size.bases), self.expectations.of([size.bases])
            self.genomes.begun(genome.genome, claim, place, size.bases, seconds, size.organism, self.clock())

    def _clear(self, genome: str, claim: str) -> None:
        """Delete what earlier preparations left.

        Listed before the claim is confirmed, so that none is of a later preparation.
        """
        own, objects = keys.preparation(genome, claim), self.sizes.objects
        left = [key for key in objects.keys(keys.genome_folder(genome)) if not key.startswith(own)]
        if owned(self.genomes.get(genome), claim):
            objects.delete(left)

    def _start(self, genome: Genome, claim: str) -> None:
        if genome.place is Place.LAMBDA and Part.FASTA not in genome.done:
            self.downloads.send([PrepareGenome(genome.genome, claim)])
        if genome.place is Place.WORKER and genome.worker is None:
            try:
                worker = self.launcher.launch(genome.genome, claim, genome.expected_bases or 0)
            except CracklingError as error:
                self.failure.of(genome.genome, claim, str(error))
            else:
                self.genomes.launched(genome.genome, claim, worker, self.clock())
