"""Define the API's requests and answers about genomes, as OpenAPI describes them."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Self

from aws_lambda_powertools.event_handler.openapi.params import Path, Query
from pydantic import Field

from crackling.ncbi import Assembly
from crackling_aws.models.genomes import Bowtie2State, Genome, GenomeState, Part, Phase, Source, Venue
from crackling_aws.stores.objects import UploadForm
from crackling_lambdas.api.views import SharedField, View, to_datetime
from crackling_lambdas.genomes.library import GENOME_ID, GenomePage

GenomeId = Annotated[str, Field(pattern=f"^{GENOME_ID.pattern}$", examples=["GCF_000840245.1", "my-strain"])]
GenomePath = Annotated[str, Path(pattern=f"^{GENOME_ID.pattern}$", description="The genome's id.")]
GenomeCursor = Annotated[
    str, Query(pattern=f"^{GENOME_ID.pattern}$", description="The `next` of the page before.")
]
GenomeLimit = Annotated[int, Query(ge=1, le=200)]
MAX_REASON_LETTERS = 1000  # so that no page of genomes is too large for an answer
FIRST = "0"  # no id is before it
SearchText = Annotated[
    str,
    Query(
        min_length=1,
        max_length=100,
        description="An organism's name, or an accession.",
        examples=["zebrafish"],
    ),
]


class NewGenome(View):
    """A genome to upload."""

    genome: GenomeId
    name: Annotated[str | None, Field(max_length=200, description="For people.")] = None
    annotation: Annotated[bool, Field(strict=True, description="Whether its genes will be uploaded too.")] = (
        False
    )
    shared: SharedField = False


class UploadView(View):
    """A form to POST the file with: all `fields`, then the file as `file`."""

    url: str
    fields: dict[str, str]
    limit: Annotated[int, Field(description="The largest file taken, bytes.")]
    expires: datetime

    @classmethod
    def of(cls, form: UploadForm, limit: int, expires: datetime) -> Self:
        return cls(url=form.url, fields=dict(form.fields), limit=limit, expires=expires)


class GenomeCreated(View):
    """An announced genome. Upload its file, then complete it."""

    genome: str
    url: Annotated[str, Field(description="The genome's address on this host.")]
    upload: UploadView
    annotation_upload: Annotated[
        UploadView | None,
        Field(description="For its genes as GFF3 or GTF, plain or gz, if they were announced."),
    ]


class PartProgress(View):
    """Tell how far a step of a genome's preparation has come: bytes or bases, or 0 of 0 where only the step is known."""

    part: Part
    phase: Annotated[Phase | None, Field(description="What the step is doing, if it says so.")]
    done: int
    total: int

    @classmethod
    def of(cls, genome: Genome | None) -> Self | None:
        progress = None if genome is None else genome.current_progress
        if progress is None:
            return None
        return cls(part=progress.part, phase=progress.phase, done=progress.done, total=progress.total)


class GenomeView(View):
    """A genome and how far its preparation has come."""

    genome: str
    name: str | None
    state: GenomeState
    source: Source
    reason: Annotated[str | None, Field(description="Why its preparation failed.")]
    parts: Annotated[list[str], Field(description="The steps of its preparation.")]
    done: Annotated[list[str], Field(description="Those that are done.")]
    progress: Annotated[PartProgress | None, Field(description="Of the step that is under way.")]
    venue: Annotated[
        Venue | None, Field(description="Where it is prepared: in functions, or on a machine of its own.")
    ]
    organism: Annotated[str | None, Field(description="Of an assembly, as NCBI names it.")]
    expected_bases: Annotated[
        int | None,
        Field(
            description="An estimate from before the download: from NCBI's report, or from the upload's size."
        ),
    ]
    began: Annotated[datetime | None, Field(description="When its preparation was asked for.")]
    expected_seconds: Annotated[
        int | None, Field(description="From then until it is ready, by what earlier preparations took here.")
    ]
    took_seconds: Annotated[int | None, Field(description="What it took, once it is ready.")]
    contigs: int | None
    bases: int | None
    annotated: Annotated[bool, Field(description="Whether its genes are known.")]
    index_bytes: int | None
    bowtie2: Annotated[
        Bowtie2State | None,
        Field(description="Of its bowtie2 index, which is built when somebody asks for it; null until then."),
    ]
    damaged: Annotated[
        datetime | None,
        Field(
            description="When its index was found damaged: while it is `preparing`, the index is being built anew; `failed`, "
            "that did not help; `ready`, the index is whole again."
        ),
    ]
    shared: SharedField
    mine: Annotated[bool, Field(description="Whether you are its owner.")]
    created: datetime
    updated: datetime

    @classmethod
    def of(cls, genome: Genome, *, mine: bool) -> Self:
        return cls(
            genome=genome.genome_id,
            name=genome.name,
            state=genome.state,
            source=genome.source,
            reason=genome.reason and genome.reason[:MAX_REASON_LETTERS],
            parts=sorted(genome.parts),
            done=sorted(genome.done),
            progress=PartProgress.of(genome),
            venue=genome.venue,
            organism=genome.organism,
            expected_bases=genome.expected_bases,
            began=None if genome.claimed is None else to_datetime(genome.claimed),
            expected_seconds=genome.expected_seconds,
            took_seconds=None if genome.preparation_seconds is None else round(genome.preparation_seconds),
            contigs=genome.contigs,
            bases=genome.bases,
            annotated=genome.annotated,
            index_bytes=genome.index_bytes,
            bowtie2=genome.bowtie2,
            damaged=None if genome.damaged is None else to_datetime(genome.damaged),
            shared=genome.owner is not None and genome.shared,
            mine=mine,
            created=to_datetime(genome.created),
            updated=to_datetime(genome.updated),
        )


class GenomesView(View):
    """A page of genomes, by id."""

    genomes: list[GenomeView]
    next: Annotated[str | None, Field(description="Cursor of what follows; null at the end.")]

    @classmethod
    def of(cls, page: GenomePage, owns: Callable[[Genome], bool]) -> Self:
        genomes = [GenomeView.of(genome, mine=owns(genome)) for genome in page.genomes]
        return cls(genomes=genomes, next=page.next)


class AssemblyView(View):
    """An assembly of NCBI. Its accession can be a job's genome, whether it is here yet or not."""

    accession: str
    organism: str
    common_name: str | None
    name: Annotated[str, Field(description="The assembly's.")]
    level: Annotated[str, Field(examples=["Complete Genome", "Chromosome", "Scaffold", "Contig"])]
    bases: int
    contigs: int
    reference: Annotated[bool, Field(description="It is the one that NCBI recommends for its organism.")]
    replaced_by: Annotated[str | None, Field(description="The accession of a newer version.")]
    expected_seconds: Annotated[
        int, Field(description="What its preparation would take, by what earlier ones took here.")
    ]

    @classmethod
    def of(cls, assembly: Assembly, expected_seconds: float) -> Self:
        return cls(
            accession=assembly.accession,
            organism=assembly.organism,
            common_name=assembly.common_name,
            name=assembly.name,
            level=assembly.level,
            bases=assembly.bases,
            contigs=assembly.contigs,
            reference=assembly.reference,
            replaced_by=assembly.current if assembly.superseded else None,
            expected_seconds=round(expected_seconds),
        )


class AssembliesView(View):
    """List the assemblies that were found, the best match first."""

    genomes: list[AssemblyView]


class FileView(View):
    """A file that the preparation of a genome made."""

    part: Annotated[Part, Field(description="The step that made it.")]
    name: str
    bytes: int
    url: Annotated[str, Field(description="The address to download it from, valid for 15 minutes.")]


class FilesView(View):
    """The files of a genome: its sequence, the index for specificity (a file a shard) and bowtie2's."""

    genome: str
    files: list[FileView]
