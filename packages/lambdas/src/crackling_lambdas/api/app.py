"""Assemble the API: its routes call the logic, and errors are answered as problems."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response

from crackling_lambdas.api import openapi
from crackling_lambdas.api.caller import check_owners
from crackling_lambdas.api.client import client_of
from crackling_lambdas.api.downloads import Downloads
from crackling_lambdas.api.genome_routes import genome_routes
from crackling_lambdas.api.job_routes import job_routes
from crackling_lambdas.api.problems import answer_errors
from crackling_lambdas.api.service_views import AboutView, Health
from crackling_lambdas.caps import Caps
from crackling_lambdas.genomes.library import Library
from crackling_lambdas.genomes.search import Search
from crackling_lambdas.jobs.deletion import Deletion
from crackling_lambdas.jobs.results import Results
from crackling_lambdas.jobs.submission import Submission


def make_app(
    submission: Submission,
    results: Results,
    deletion: Deletion,
    library: Library,
    search: Search,
    caps: Caps,
    page_key: str,
) -> APIGatewayRestResolver:
    app = APIGatewayRestResolver(enable_validation=True)
    answer_errors(app)
    check_owners(app, results.jobs, library.genomes)

    def client() -> str:
        return client_of(app.current_event, page_key)

    downloads = Downloads(caps, client)
    downloads.count_answers(app)
    job_routes(app, submission, results, deletion, client, downloads)
    genome_routes(app, library, search, client, downloads)

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
        summary="Versions, methods, columns, formats and limits",
        tags=["service"],
        responses=openapi.answers(HTTPStatus.OK, AboutView),
    )
    def about() -> AboutView:
        return AboutView.of(submission.subscriptions.domains)

    @app.get(openapi.PATH, include_in_schema=False)
    def description() -> Response[str]:
        return Response(HTTPStatus.OK, "application/json", openapi.describe(app))

    return app
