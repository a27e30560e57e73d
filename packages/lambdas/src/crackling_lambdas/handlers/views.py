"""What the API takes and gives, as OpenAPI describes it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from crackling.results import Kind, Target
from crackling.specificity import OffTarget
from crackling_aws.models import Genome, GenomeState, Job, JobOptions, Source, Status
from crackling_lambdas.logic.library import GENOME_ID
from crackling_lambdas.logic.results import Page

GenomeId = Annotated[str, Field(pattern=f"^{GENOME_ID.pattern}$", examples=["GCF_000840245.1", "my-strain"])]
GenomePath = Annotated[str, Path(pattern=f"^{GENOME_ID.pattern}$", description="The genome's id.")]
JobPath = Annotated[str, Path(max_length=64, description="The job's id.")]
TargetPath = Annotated[int, Path(ge=1, description="The target's number, its column `id`.")]
Cursor = Annotated[str, Query(pattern=r"^[1-9]\d{0,8}$", description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]


class View(BaseModel):
    """Base: camelCase outside, and no field that the model does not know."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class Options(View):
    """What may be chosen for a job."""

    consensus: Annotated[
        int, Field(ge=1, le=3, description="How many of the three methods call a guide efficient.")
    ] = 2


class NewJob(View):
    """A job to run: exactly one of `sequence`, `fasta` and `guides`."""

    sequence: Annotated[str | None, Field(description="A bare DNA sequence.")] = None
    fasta: Annotated[str | None, Field(description="One or more sequences in FASTA.")] = None
    guides: Annotated[
        list[str] | str | None,
        Field(
            description="Your own guides, as a list or one a line: 20 nt, or 23 with the PAM (else NGG is assumed).",
            examples=[["GACTGACCGGCAGGCAGAAC", "GCCGGACGGCTTTGGCGGCACGG"]],
        ),
    ] = None
    genome: GenomeId
    options: Options = Options()

    @model_validator(mode="after")
    def _one_query(self) -> Self:
        if sum(query is not None for query in (self.sequence, self.fasta, self.guides)) != 1:
            raise ValueError("give exactly one of sequence, fasta and guides")
        return self

    @property
    def kind(self) -> Kind:
        return Kind.SEQUENCE if self.guides is None else Kind.GUIDES

    @property
    def text(self) -> str:
        """The query as it is kept; guides one a line."""
        if isinstance(self.guides, list):
            return "\n".join(self.guides)
        return next(query for query in (self.sequence, self.fasta, self.guides) if query is not None)

    def job_options(self) -> JobOptions:
        return JobOptions(consensus=self.options.consensus)


class JobCreated(View):
    """Where to follow the job."""

    job_id: str
    url: Annotated[str, Field(description="The job's address on this host.")]


class Progress(View):
    """Guides found (null until the query is scanned), and how many of them are scored."""

    guides: int | None
    on_target: int
    off_target: int


class JobView(View):
    """A job and how far it has come."""

    job_id: str
    kind: Annotated[Kind, Field(description="What was given: a sequence, or guides.")]
    genome: str
    status: Status
    progress: Progress
    reason: Annotated[str | None, Field(description="Why it failed.")]
    options: Options
    created: datetime
    updated: Annotated[
        datetime, Field(description="The last step; of a complete job, when it was completed.")
    ]
    expires: Annotated[datetime, Field(description="When its query and results are deleted.")]

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            job_id=job.job_id,
            kind=job.kind,
            genome=job.genome,
            status=job.status,
            progress=Progress(guides=job.guides, on_target=job.on_target, off_target=job.off_target),
            reason=job.failure,
            options=Options(consensus=job.options.consensus),
            created=_time(job.created),
            updated=_time(job.updated),
            expires=_time(job.expires),
        )


class TargetsView(BaseModel):
    """A page of targets in query order, each with the columns of `crackling design`."""

    # Not a View: the columns keep their names.
    model_config = ConfigDict(populate_by_name=True)

    job_id: Annotated[str, Field(alias="jobId")]
    status: Status
    guides: int | None
    targets: list[Target]
    next: Annotated[
        str | None,
        Field(description="Cursor of what follows; null at the end. Not null while more may come."),
    ]

    @classmethod
    def of(cls, page: Page) -> Self:
        cursor = None if page.next is None else str(page.next)
        job = page.job
        return cls(job_id=job.job_id, status=job.status, guides=job.guides, targets=page.targets, next=cursor)


class OffTargetsView(View):
    """The places in the genome that a guide may bind, the riskiest first."""

    job_id: str
    target: int
    guide: str
    total: Annotated[int, Field(description="How many there are, of which at most `limit` are listed.")]
    off_targets: list[OffTarget]


class NewGenome(View):
    """A genome to upload."""

    genome: GenomeId
    name: Annotated[str | None, Field(max_length=200, description="For people.")] = None


class UploadView(View):
    """A form to POST the file with: all `fields`, then the file as `file`."""

    url: str
    fields: dict[str, str]
    limit: Annotated[int, Field(description="The largest file taken, bytes.")]
    expires: datetime


class GenomeCreated(View):
    """An announced genome. Upload its file, then complete it."""

    genome: str
    url: Annotated[str, Field(description="The genome's address on this host.")]
    upload: UploadView


class GenomeView(View):
    """A genome and how far its preparation has come."""

    genome: str
    name: str | None
    state: GenomeState
    source: Source
    reason: Annotated[str | None, Field(description="Why its preparation failed.")]
    parts: Annotated[list[str], Field(description="The steps of its preparation.")]
    done: Annotated[list[str], Field(description="Those that are done.")]
    contigs: int | None
    bases: int | None
    index_bytes: int | None
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, genome: Genome) -> Self:
        return cls(
            genome=genome.genome,
            name=genome.name,
            state=genome.state,
            source=genome.source,
            reason=genome.reason,
            parts=sorted(genome.parts),
            done=sorted(genome.done),
            contigs=genome.contigs,
            bases=genome.bases,
            index_bytes=genome.index_bytes,
            created=_time(genome.created),
            updated=_time(genome.updated),
        )


class GenomesView(View):
    """All genomes, by id."""

    genomes: list[GenomeView]


class Health(View):
    """The API answers."""

    status: Literal["ok"] = "ok"


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one part of a request."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldError] | None = None


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
