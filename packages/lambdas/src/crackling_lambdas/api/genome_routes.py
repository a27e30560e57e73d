"""Define the routes of genomes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from crackling_aws.models.genomes import Genome
from crackling_lambdas.api.caller import Caller
from crackling_lambdas.api.downloads import Downloads
from crackling_lambdas.api.genome_views import (
    FIRST,
    AssembliesView,
    AssemblyView,
    FilesView,
    FileView,
    GenomeCreated,
    GenomeCursor,
    GenomeLimit,
    GenomePath,
    GenomesView,
    GenomeView,
    NewGenome,
    SearchText,
    UploadView,
)
from crackling_lambdas.api.openapi import answers
from crackling_lambdas.api.views import Sharing
from crackling_lambdas.genomes.library import FORM_SECONDS, MAX_ANNOTATION_BYTES, Library
from crackling_lambdas.genomes.search import Search

TAGS = ["genomes"]


def genome_routes(
    app: APIGatewayRestResolver,
    library: Library,
    search: Search,
    client: Callable[[], str],
    downloads: Downloads,
) -> None:
    def view(genome: Genome) -> GenomeView:
        return GenomeView.of(genome, mine=Caller.of(app.current_event).owns(genome))

    @app.get(
        "/genomes",
        summary="The genomes, in pages",
        description="By id: those that are common to all, shared, or yours. "
        "An announced genome is among them once its upload is completed.",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, GenomesView),
    )
    def list_genomes(limit: GenomeLimit = 100, cursor: GenomeCursor = FIRST) -> GenomesView:
        caller = Caller.of(app.current_event)
        return GenomesView.of(library.page(cursor, limit, caller.may_read), caller.owns)

    @app.get(
        "/genomes/search",
        summary="Genomes that NCBI has",
        description="By an organism's name, scientific or common, or by an accession; a job takes any of them as its genome.",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, AssembliesView, HTTPStatus.BAD_GATEWAY),
    )
    def search_genomes(q: SearchText) -> AssembliesView:
        return AssembliesView(genomes=[AssemblyView.of(*found) for found in search.find(q)])

    @app.post(
        "/genomes",
        summary="Announce an upload",
        tags=TAGS,
        responses=answers(
            HTTPStatus.CREATED,
            GenomeCreated,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONFLICT,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
    )
    def create_genome(new: NewGenome) -> Response[GenomeCreated]:
        forms = library.announce(
            new.genome,
            new.name,
            client(),
            Caller.of(app.current_event).user,
            annotation=new.annotation,
            shared=new.shared,
        )
        expires = datetime.now(UTC) + timedelta(seconds=FORM_SECONDS)
        url = f"{app.current_event.request_context.path}/{new.genome}"
        created = GenomeCreated(
            genome=new.genome,
            url=url,
            upload=UploadView.of(forms.genome, library.upload_limit_bytes, expires),
            annotation_upload=UploadView.of(forms.annotation, MAX_ANNOTATION_BYTES, expires)
            if forms.annotation
            else None,
        )
        return Response(HTTPStatus.CREATED, "application/json", created, headers={"Location": url})

    @app.post(
        "/genomes/<genome>/complete",
        summary="Prepare an uploaded genome",
        description="The first job that names the genome does this too.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.ACCEPTED,
            GenomeView,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
        ),
    )
    def complete_genome(genome: GenomePath) -> Response[GenomeView]:
        return Response(HTTPStatus.ACCEPTED, "application/json", view(library.complete(genome, client())))

    @app.get(
        "/genomes/<genome>",
        summary="A genome and its progress",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, GenomeView, HTTPStatus.NOT_FOUND),
    )
    def read_genome(genome: GenomePath) -> GenomeView:
        return view(library.get(genome))

    @app.patch(
        "/genomes/<genome>",
        summary="Share a genome, or no longer",
        description="With everybody who is signed in, who may then read it and name it in jobs. Jobs that have begun go on.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.OK,
            GenomeView,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
    )
    def share_genome(genome: GenomePath, change: Sharing) -> GenomeView:
        return view(library.share(genome, shared=change.shared))

    @app.get(
        "/genomes/<genome>/files",
        summary="Its sequence and indexes, to download",
        description="Each address holds for a quarter of an hour; a download that has begun may go on. All count as downloaded.",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, FilesView, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    def read_files(genome: GenomePath) -> FilesView:
        found = library.files(genome)
        downloads.take(sum(file.bytes for file in found))
        files = [FileView(part=file.part, name=file.name, bytes=file.bytes, url=file.url) for file in found]
        return FilesView(genome=genome, files=files)

    @app.post(
        "/genomes/<genome>/bowtie2",
        summary="Build its bowtie2 index",
        description="No job needs it. Its files are among the genome's once `bowtie2` is `ready`.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.ACCEPTED,
            GenomeView,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
        ),
    )
    def build_bowtie2(genome: GenomePath) -> Response[GenomeView]:
        return Response(
            HTTPStatus.ACCEPTED, "application/json", view(library.build_bowtie2(genome, client()))
        )

    @app.delete(
        "/genomes/<genome>",
        summary="Delete a genome",
        tags=TAGS,
        responses=answers(
            HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT
        ),
    )
    def delete_genome(genome: GenomePath) -> Response[None]:
        library.delete(genome)
        return Response(HTTPStatus.NO_CONTENT)
