"""Define genomes and the progress of their preparation."""

from dataclasses import dataclass
from enum import StrEnum


class GenomeState(StrEnum):
    """Name the state of a genome; a genome without an item is absent."""

    UPLOADING = "uploading"
    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Source(StrEnum):
    """Name the source of a genome's sequence."""

    UPLOAD = "upload"
    ACCESSION = "accession"


class Part(StrEnum):
    """Name what is made of a genome: the sequence and the off-target index in its preparation, bowtie2's index on demand."""

    FASTA = "fasta"
    BOWTIE2 = "bowtie2"
    ISSL = "issl"


class Phase(StrEnum):
    """Name what a step is doing."""

    DOWNLOADING = "downloading"
    READING = "reading"
    ANNOTATING = "annotating"
    SORTING = "sorting"
    WRITING = "writing"
    UPLOADING = "uploading"


class Bowtie2State(StrEnum):
    """Name the state of a ready genome's bowtie2 index, which is built when somebody asks for it."""

    PREPARING = "preparing"
    READY = "ready"
    FAILED = "failed"


class Venue(StrEnum):
    """Name where a genome is prepared."""

    LAMBDA = "lambda"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Progress:
    """Hold the progress of a step in bytes or bases, or 0 of 0 if only the step is known."""

    part: Part
    done: int
    total: int
    phase: Phase | None = None


@dataclass(frozen=True, slots=True)
class IndexFile:
    """Hold the key in the genome bucket, the size and the digest of one shard of an index."""

    key: str
    bytes: int
    digest: str = ""  # see crackling.specificity.layout.file_digest; empty if an earlier version built it


@dataclass(frozen=True, slots=True)
class Genome:
    """Hold a genome and the progress of its preparation. `claim` is the token of the preparation that owns it."""

    genome_id: str
    state: GenomeState
    source: Source
    created: float
    updated: float
    name: str | None = None
    owner: str | None = None  # the user who announced its upload; None if it is common to all
    claim: str | None = None
    parts: frozenset[Part] = frozenset()  # the steps that its preparation consists of
    done: frozenset[Part] = frozenset()
    claimed: float | None = None  # when its preparation was claimed
    attempts: int = 0  # how often another worker took this preparation over
    venue: Venue | None = None  # where it is prepared; None until that has begun
    worker: str | None = None  # the instance's id
    progress: Progress | None = None
    organism: str | None = None
    expected_bases: int | None = None  # by the assembly's report, or estimated from an upload's size
    expected_seconds: int | None = None  # from the claim until it is ready, by what earlier preparations took
    contigs: int | None = None
    bases: int | None = None
    annotated: bool = False  # its genes are known
    files: tuple[IndexFile, ...] = ()  # the index's shards, in order
    bowtie2: Bowtie2State | None = None  # None: nobody has asked for it
    bowtie2_asked: float | None = None  # when somebody last did
    reason: str | None = None
    used_until: int | None = None  # the latest expiry of the jobs that are pinned to its preparation
    retired: bool = False  # deleted or replaced, and kept for those jobs
    damaged: float | None = None  # when its index was found damaged; it is then built anew, once
    shared: bool = False  # whoever is signed in may read it and name it in jobs

    @property
    def prepared(self) -> bool:
        """Return whether every step is done."""
        return bool(self.parts) and self.done >= self.parts

    @property
    def under_repair(self) -> bool:
        """Return whether its index was found damaged and is being built anew."""
        return self.state is GenomeState.PREPARING and self.damaged is not None

    @property
    def current_progress(self) -> Progress | None:
        """Return the progress of the step that is under way; None if there is none, or it has not reported yet."""
        if self.state is not GenomeState.PREPARING or self.progress is None:
            return None
        # The latest report of a step that has ended: the next one has not begun.
        return None if self.progress.part in self.done else self.progress

    @property
    def preparation_seconds(self) -> float | None:
        """Return the seconds from claim to ready; None unless it is ready. `updated` does not change after that.

        An index that was built anew says nothing about preparations: there is no download in its time.
        """
        if self.state is not GenomeState.READY or self.claimed is None or self.damaged is not None:
            return None
        return self.updated - self.claimed

    @property
    def index_bytes(self) -> int | None:
        """Return the size of the index; None until it is in place."""
        return sum(file.bytes for file in self.files) if self.files else None
