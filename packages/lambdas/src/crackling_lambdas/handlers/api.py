"""api: the REST API. Routes parse, call into logic, answer with a view; problems.py answers errors."""

import tempfile
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from crackling.ncbi import Patience
from crackling_aws.clients import Clients
from crackling_aws.email import Notices
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.handlers import openapi
from crackling_lambdas.handlers.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.handlers.genome_routes import genome_routes
from crackling_lambdas.handlers.job_routes import job_routes
from crackling_lambdas.handlers.ncbi import KeyedNcbi
from crackling_lambdas.handlers.problems import answer_errors
from crackling_lambdas.handlers.settings import ApiSettings
from crackling_lambdas.handlers.views import AboutView, Health
from crackling_lambdas.logic.annotations import Annotations
from crackling_lambdas.logic.expectation import Expectations
from crackling_lambdas.logic.library import Library
from crackling_lambdas.logic.mailing import Mailing
from crackling_lambdas.logic.place_finder import PlaceFinder
from crackling_lambdas.logic.preparation import Claims
from crackling_lambdas.logic.results import Places, Results
from crackling_lambdas.logic.search import Catalogue, Search
from crackling_lambdas.logic.shard_files import ShardFiles
from crackling_lambdas.logic.submission import Submission

# With NCBI, while someone waits: the gateway waits for 29 s.
PATIENCE = Patience(connect=3, silence=5, attempts=2, longest_wait=2)


def make_places(objects: ObjectStore) -> Places:
    return PlaceFinder(objects, ShardFiles(Path(tempfile.gettempdir(), "places")))


def make_handler(
    environ: Mapping[str, str],
    clients: Clients,
    clock: Callable[[], float] = time.time,
    make_places: Callable[[ObjectStore], Places] = make_places,
    catalogue: Catalogue | None = None,
) -> Handler:
    settings = ApiSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    data = ObjectStore(clients.s3, settings.data_bucket)
    genome_objects = ObjectStore(clients.s3, settings.genome_bucket)
    targets = TargetStore(clients.dynamodb, settings.targets_table, settings.jobs_table)
    claims = Claims(genomes, settings.bowtie2, clock)
    mailing = Mailing(Notices(clients, settings.mail_topic), settings.mailed_domains)
    app = make_app(
        Submission(
            jobs, genomes, data, genome_objects, mailing, settings.chunk_size, settings.job_days, clock
        ),
        Results(jobs, targets, genomes, data, make_places(genome_objects), Annotations(genome_objects)),
        Library(genomes, genome_objects, claims, settings.upload_limit_bytes, clock),
        Search(
            catalogue or KeyedNcbi(settings, clients, PATIENCE),
            Expectations(genomes, settings.lambda_limit_bases, settings.bowtie2),
        ),
    )

    def handle(event: Event, context: LambdaContext) -> Answer:
        return app.resolve(event, context)

    return handle


def make_app(
    submission: Submission, results: Results, library: Library, search: Search
) -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(enable_validation=True)
    answer_errors(app)
    job_routes(app, submission, results)
    genome_routes(app, library, search)

    @app.get(
        "/health",
        summary="Whether the API answers",
        tags=["service"],
        responses=openapi.answers(HTTPStatus.OK, Health),
    )
    def health() -> Health:
        return Health()

    @app.get(
        "/about",
        summary="Versions, methods and limits",
        tags=["service"],
        responses=openapi.answers(HTTPStatus.OK, AboutView),
    )
    def about() -> AboutView:
        return AboutView(mail_domains=list(submission.mailing.domains))

    @app.get("/openapi.json", include_in_schema=False)
    def description() -> Response[str]:
        return Response(HTTPStatus.OK, "application/json", openapi.describe(app))

    return app


handler = entry_point(make_handler)
