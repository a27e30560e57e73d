"""Define the API's requests and answers about jobs, as OpenAPI describes them."""

from datetime import datetime
from typing import Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from crackling.results import Kind, Target
from crackling.specificity import OffTarget
from crackling_aws.models.genomes import Genome
from crackling_aws.models.jobs import IndexDownload, Job, JobOptions, Status
from crackling_aws.stores.jobs import JobKey
from crackling_lambdas.api.genome_views import GenomeId, PartProgress
from crackling_lambdas.api.views import SharedField, View, to_datetime
from crackling_lambdas.jobs.email_subscriptions import EmailState
from crackling_lambdas.jobs.results import JobPage, Page

JobPath = Annotated[str, Path(max_length=64, description="The job's id.")]
TargetPath = Annotated[int, Path(ge=1, lt=10**9, description="The target's number, its column `id`.")]
Cursor = Annotated[str, Query(pattern=r"^[1-9]\d{0,8}$", description="The `next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=1000)]
NEWEST = "newest"  # the cursor of the first page
JobCursor = Annotated[
    str,
    Query(
        pattern=rf"^({NEWEST}|\d{{1,12}}(\.\d{{1,9}})?-[0-9a-f]{{32}})$",
        description="The `next` of the page before.",
    ),
]
JobLimit = Annotated[int, Query(ge=1, le=100)]


class Options(View):
    """Choose how a job is run."""

    consensus: Annotated[
        int,
        Field(strict=True, ge=1, le=3, description="How many of the three methods call a guide efficient."),
    ] = 2


class NewJob(View):
    """A job to run: exactly one of `sequence`, `fasta`, `guides` and `region`."""

    sequence: Annotated[str | None, Field(description="A bare DNA sequence.")] = None
    fasta: Annotated[str | None, Field(description="One or more sequences in FASTA.")] = None
    guides: Annotated[
        list[str] | str | None,
        Field(
            description="Your own guides, as a list or one a line: 20 nt, or 23 with the PAM (else NGG is assumed).",
            examples=[["GACTGACCGGCAGGCAGAAC", "GCCGGACGGCTTTGGCGGCACGG"]],
        ),
    ] = None
    region: Annotated[
        str | None,
        Field(
            description="A part of the genome: CONTIG:START-END (from 1, with the last base), or a gene of its annotation "
            "by symbol or locus tag.",
            examples=["NC_001416.1:37,227-37,940", "cI"],
        ),
    ] = None
    genome: GenomeId
    options: Options = Options()
    email: Annotated[
        str | None,
        Field(
            max_length=320,
            description="Address to email when the job is finished, if the deployment sends email.",
            examples=["someone@example.org"],
        ),
    ] = None

    shared: SharedField = False

    @model_validator(mode="after")
    def _one_query(self) -> Self:
        if sum(query is not None for query in (self.sequence, self.fasta, self.guides, self.region)) != 1:
            raise ValueError("give exactly one of sequence, fasta, guides and region")
        return self

    @property
    def kind(self) -> Kind:
        return Kind.SEQUENCE if self.guides is None else Kind.GUIDES

    @property
    def text(self) -> str:
        """Return the query as it is stored; guides have a line each."""
        if isinstance(self.guides, list):
            return "\n".join(self.guides)
        return next(query for query in (self.sequence, self.fasta, self.guides) if query is not None)

    def job_options(self) -> JobOptions:
        return JobOptions(consensus=self.options.consensus)


class JobCreated(View):
    """Tell where to follow the job."""

    job_id: str
    url: Annotated[str, Field(description="The job's address on this host.")]
    mail: Annotated[
        EmailState | None,
        Field(
            description="Whether the address is confirmed: pending until its owner opens the link that AWS has sent."
        ),
    ]


class Progress(View):
    """Guides found (null until the query is scanned), and how many of them are scored."""

    guides: int | None
    consensus_done: int
    off_target_done: int


class IndexDownloadView(View):
    """Tell how many bytes of a genome's index have been downloaded, of how many; of a part, if the index has several."""

    done: int
    total: int

    @classmethod
    def of(cls, download: IndexDownload | None) -> Self | None:
        return None if download is None else cls(done=download.done, total=download.total)


class JobView(View):
    """A job and how far it has come."""

    job_id: str
    kind: Annotated[Kind, Field(description="What was given: a sequence, or guides.")]
    region: Annotated[
        str | None, Field(description="The part of the genome that is the sequence, as it was asked for.")
    ]
    genome: str
    genome_name: Annotated[str | None, Field(description="Its name, for people, if it has one.")]
    organism: Annotated[str | None, Field(description="Of the genome, if known.")]
    genome_bases: Annotated[int | None, Field(description="The genome's size, once known.")]
    annotated: Annotated[bool, Field(description="Whether the genome's genes are known.")]
    genome_replaced: Annotated[
        bool,
        Field(
            description="Whether the genome was deleted, and perhaps uploaded anew, after the job had begun with it."
        ),
    ]
    status: Status
    progress: Progress
    index_damaged: Annotated[
        bool,
        Field(
            description="Whether it waits because the index of its genome was found damaged and is being built anew."
        ),
    ]
    genome_progress: Annotated[
        PartProgress | None,
        Field(description="While it waits for its genome, or for the genome's index: how far that is."),
    ]
    index_download: Annotated[
        IndexDownloadView | None,
        Field(description="While its first off-targets wait for the download of the genome's index."),
    ]
    reason: Annotated[str | None, Field(description="Why it failed.")]
    mail_due: Annotated[bool, Field(description="Whether an email is still to be sent when it is finished.")]
    options: Options
    shared: SharedField
    mine: Annotated[bool, Field(description="Whether you are its owner.")]
    created: datetime
    updated: Annotated[
        datetime, Field(description="The last step; of a complete job, when it was completed.")
    ]
    expires: Annotated[datetime, Field(description="When its query and results are deleted.")]

    @classmethod
    def of(cls, job: Job, genome: Genome | None, now: float, *, mine: bool) -> Self:
        """Return the view of a job and of the genome that it is pinned to, or that it waits for, if there is one."""
        index_damaged = not job.finished and genome is not None and genome.under_repair
        waits = index_damaged or job.status is Status.PREPARING
        return cls(
            job_id=job.job_id,
            kind=job.kind,
            region=job.region,
            genome=job.genome_id,
            genome_name=genome.name if genome else None,
            organism=genome.organism if genome else None,
            genome_bases=genome.bases if genome else None,
            annotated=genome is not None and genome.annotated,
            genome_replaced=job.claim is not None and (genome is None or genome.retired),
            status=job.status,
            progress=Progress(
                guides=job.guides, consensus_done=job.consensus_done, off_target_done=job.off_target_done
            ),
            index_damaged=index_damaged,
            genome_progress=PartProgress.of(genome) if waits else None,
            index_download=IndexDownloadView.of(job.awaited_download(now)),
            reason=job.failure,
            mail_due=job.mail_due,
            options=Options(consensus=job.options.consensus),
            shared=job.owner is not None and job.shared,
            mine=mine,
            created=to_datetime(job.created),
            updated=to_datetime(job.updated),
            expires=to_datetime(job.expires),
        )


class JobSummary(View):
    """A job in the list of its owner's."""

    job_id: str
    kind: Annotated[Kind, Field(description="What was given: a sequence, or guides.")]
    region: Annotated[str | None, Field(description="The part of the genome that is the sequence.")]
    genome: str
    status: Status
    guides: Annotated[int | None, Field(description="How many were found, once that is known.")]
    shared: SharedField
    created: datetime
    expires: datetime

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(
            job_id=job.job_id,
            kind=job.kind,
            region=job.region,
            genome=job.genome_id,
            status=job.status,
            guides=job.guides,
            shared=job.shared,
            created=to_datetime(job.created),
            expires=to_datetime(job.expires),
        )


class JobsView(View):
    """A page of your jobs, the newest first."""

    jobs: list[JobSummary]
    next: Annotated[str | None, Field(description="Cursor of what follows; null at the end.")]

    @classmethod
    def of(cls, page: JobPage) -> Self:
        cursor = None if page.next is None else f"{page.next.created!r}-{page.next.job_id}"
        return cls(jobs=[JobSummary.of(job) for job in page.jobs], next=cursor)


def job_key(cursor: str) -> JobKey | None:
    """Return the job that a cursor names; None for the start of the list."""
    created, _, job_id = cursor.partition("-")
    return JobKey(job_id, float(created)) if job_id else None


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
    """The off-targets of a guide, the riskiest first."""

    job_id: str
    target: int
    guide: str
    total: Annotated[int, Field(description="How many there are, of which at most `limit` are listed.")]
    off_targets: list[OffTarget]
