"""Genomes and how far their preparation has come."""

from dataclasses import dataclass
from enum import StrEnum


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
