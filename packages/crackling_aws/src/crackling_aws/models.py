"""What the stores keep: jobs, chunks of targets, genomes. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crackling.results import Kind

if TYPE_CHECKING:
    from crackling.annotation import Locus
    from crackling.efficiency import Efficiency
    from crackling.guides.sites import Site
    from crackling.specificity import Specificity


class Status(StrEnum):
    """Where a job stands, as users see it."""

    QUEUED = "queued"
    PREPARING = "preparing"
    SCANNING = "scanning"
    SCORING = "scoring"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """What a user may choose for a job: how many of the three methods must accept an efficient guide."""

    consensus: int = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One query against one genome: the facts that its stages have recorded so far."""

    job_id: str
    genome: str
    options: JobOptions
    chunk_size: int
    created: float
    updated: float
    expires: int
    kind: Kind = Kind.SEQUENCE  # of its query
    region: str | None = None  # the part of the genome that is its query, as its user named it
    preparing: bool = False  # it waited for its genome
    scanning: bool = False  # its scan was queued
    guides: int | None = None  # known once scanned
    on_target: int = 0  # guides whose efficiency is written
    off_target: int = 0  # guides whose specificity is written
    failure: str | None = None  # the reason, for its user
    recipient: str | None = None  # who is mailed when it is over: see crackling_aws.email
    notified: float | None = None  # when that mail was sent

    @property
    def status(self) -> Status:
        """The status that the facts add up to; it is stored nowhere, so it cannot disagree with them."""
        if self.failure is not None:
            return Status.FAILED
        if self.guides is not None:
            done = self.on_target == self.off_target == self.guides
            return Status.COMPLETE if done else Status.SCORING
        if self.scanning:
            return Status.SCANNING
        return Status.PREPARING if self.preparing else Status.QUEUED

    @property
    def over(self) -> bool:
        """Nothing more will happen to it."""
        return self.status in (Status.COMPLETE, Status.FAILED)


class Stage(StrEnum):
    """The two scorings of a chunk; the value names the attribute of the results and the job's counter."""

    ON_TARGET = "onTarget"
    OFF_TARGET = "offTarget"


@dataclass(frozen=True, slots=True)
class QuerySite:
    """A site of the query; `repeated` where its 23 nt occur more than once in the query."""

    site: Site
    repeated: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive sites of a job, scored together. `first` is the 1-based number of the first target."""

    job_id: str
    number: int
    first: int
    sites: tuple[QuerySite, ...]
    on_target: tuple[Efficiency, ...] | None = None
    off_target: tuple[Specificity, ...] | None = None
    loci: tuple[Locus, ...] = ()  # with off_target: what the genome's annotation says of each guide


class GenomeState(StrEnum):
    """Where a genome stands; one that no item describes is absent."""

    UPLOADING = "uploading"
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Source(StrEnum):
    """Where a genome's sequence comes from."""

    UPLOAD = "upload"
    ACCESSION = "accession"


class Part(StrEnum):
    """The steps of preparing a genome."""

    FASTA = "fasta"
    BOWTIE2 = "bowtie2"
    ISSL = "issl"


class Place(StrEnum):
    """Where a genome is prepared."""

    LAMBDA = "lambda"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step has come: bytes or bases, or 0 of 0 where only the step is known."""

    part: Part
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One shard of an index: its key in the genome bucket and its size."""

    key: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Genome:
    """A genome and how far its preparation has come. `claim` is the token of the preparation that owns it."""

    genome: str
    state: GenomeState
    source: Source
    created: float
    updated: float
    name: str | None = None
    claim: str | None = None
    parts: frozenset[Part] = frozenset()  # the steps that its preparation consists of
    done: frozenset[Part] = frozenset()
    claimed: float | None = None  # when its preparation was claimed
    attempts: int = 0  # how often this preparation was taken up again, its worker having died
    place: Place | None = None  # where it is prepared; None until that has begun
    worker: str | None = None  # the instance's id
    progress: Progress | None = None
    organism: str | None = None
    expected_bases: int | None = None  # by the assembly's report, or estimated from an upload's size
    expected_seconds: int | None = None  # from the claim until it is ready, by what earlier preparations took
    contigs: int | None = None
    bases: int | None = None
    annotated: bool = False  # its genes are known
    files: tuple[IndexFile, ...] = ()  # the index's shards, in order
    reason: str | None = None

    @property
    def prepared(self) -> bool:
        """Every step is done."""
        return bool(self.parts) and self.done >= self.parts

    @property
    def took(self) -> float | None:
        """Seconds from the claim until it was ready; None unless it is. Nothing is written to it after that."""
        if self.state is not GenomeState.READY or self.claimed is None:
            return None
        return self.updated - self.claimed

    @property
    def index_bytes(self) -> int | None:
        """The size of the index; None until it is in place."""
        return sum(file.bytes for file in self.files) if self.files else None
