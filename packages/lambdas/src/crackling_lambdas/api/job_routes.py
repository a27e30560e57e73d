"""Define the routes of jobs."""

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse, OpenAPIResponseContentSchema

from crackling.results import FORMATS, Format
from crackling_aws.models.jobs import Job
from crackling_lambdas.api.caller import Caller
from crackling_lambdas.api.downloads import Downloads
from crackling_lambdas.api.job_views import (
    NEWEST,
    Cursor,
    JobCreated,
    JobCursor,
    JobLimit,
    JobPath,
    JobsView,
    JobView,
    Limit,
    NewJob,
    OffTargetsView,
    TargetPath,
    TargetsView,
    job_key,
)
from crackling_lambdas.api.openapi import answers
from crackling_lambdas.api.views import Sharing
from crackling_lambdas.errors import ForbiddenError
from crackling_lambdas.jobs.deletion import Deletion
from crackling_lambdas.jobs.results import QUERY_TYPE, Address, Results, file_name, query_file_name
from crackling_lambdas.jobs.submission import Belonging, Submission
from crackling_lambdas.runtime.telemetry import count

TAGS = ["jobs"]
TEXT: OpenAPIResponseContentSchema = {"schema": {"type": "string"}}
ROWS: OpenAPIResponseContentSchema = {"schema": {"type": "array", "items": {"type": "object"}}}


def files(media_types: set[str], elsewhere: str) -> dict[int, OpenAPIResponse]:
    """Return the responses of a route that answers with a file, or with its address if it is `elsewhere`."""
    return {
        **answers(HTTPStatus.SEE_OTHER, None, HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.CONFLICT),
        int(HTTPStatus.OK): {
            "description": "The file",
            "content": {one: ROWS if one == "application/json" else TEXT for one in sorted(media_types)},
        },
        int(HTTPStatus.SEE_OTHER): {
            "description": f"The file is {elsewhere}: it is at Location for five minutes"
        },
    }


def job_routes(
    app: APIGatewayRestResolver,
    submission: Submission,
    results: Results,
    deletion: Deletion,
    client: Callable[[], str],
    downloads: Downloads,
) -> None:
    def file(content: str | Address, media_type: str, name: str) -> Response[str]:
        """Return a response with a file, or one that redirects to its address."""
        if isinstance(content, Address):
            downloads.take(content.bytes)
            return Response(HTTPStatus.SEE_OTHER, "text/plain", "", headers={"Location": content.url})
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(HTTPStatus.OK, media_type, content, headers=headers)

    def view(job: Job) -> JobView:
        mine = Caller.of(app.current_event).owns(job)
        return JobView.of(job, results.genome(job), results.clock(), mine=mine)

    @app.post(
        "/jobs",
        summary="Design guides for a sequence or a part of the genome, or score your own",
        tags=TAGS,
        responses=answers(
            HTTPStatus.ACCEPTED,
            JobCreated,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.BAD_GATEWAY,
        ),
    )
    def create_job(new: NewJob) -> Response[JobCreated]:
        options, belongs = new.job_options(), Belonging(Caller.of(app.current_event).user, new.shared)
        if new.region is not None:
            taken = submission.submit_region(new.region, new.genome, options, client(), new.email, belongs)
        else:
            taken = submission.submit(new.text, new.genome, options, client(), new.kind, new.email, belongs)
        count("JobsSubmitted")
        job_id, recipient = taken.job.job_id, taken.recipient
        url = f"{app.current_event.request_context.path}/{job_id}"
        created = JobCreated(job_id=job_id, url=url, mail=recipient.state if recipient else None)
        return Response(HTTPStatus.ACCEPTED, "application/json", created, headers={"Location": url})

    @app.get(
        "/jobs",
        summary="Your jobs, in pages",
        description="The newest first. Only where people sign in; a page may be short before the end.",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, JobsView, HTTPStatus.FORBIDDEN),
    )
    def list_jobs(limit: JobLimit = 20, cursor: JobCursor = NEWEST) -> JobsView:
        if (user := Caller.of(app.current_event).user) is None:
            raise ForbiddenError("Nobody signs in here, so that no jobs are yours; keep their links")
        return JobsView.of(results.jobs_of(user, job_key(cursor), limit))

    @app.get(
        "/jobs/<job_id>",
        summary="A job and its progress",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, JobView, HTTPStatus.NOT_FOUND, HTTPStatus.GONE),
    )
    def read_job(job_id: JobPath) -> JobView:
        return view(results.job(job_id))

    @app.patch(
        "/jobs/<job_id>",
        summary="Share a job, or no longer",
        description="With everybody who is signed in and has its link.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.OK,
            JobView,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.GONE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
    )
    def share_job(job_id: JobPath, change: Sharing) -> JobView:
        return view(results.share(job_id, shared=change.shared))

    @app.delete(
        "/jobs/<job_id>",
        summary="Delete a job with its query, results and exports",
        description="At any time, a running job too. A repetition does no harm. For half an hour, other requests for the job "
        "are answered with 410, and then, as for any job that is unknown, with 404.",
        tags=TAGS,
        responses=answers(HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
    )
    def delete_job(job_id: JobPath) -> Response[None]:
        deletion.delete(job_id)
        count("JobsDeleted")
        return Response(HTTPStatus.NO_CONTENT)

    @app.delete(
        "/jobs/<job_id>/email",
        summary="Withdraw the address that a job emails",
        description="If the job is not finished yet, no email about it is sent. The digest of the address is deleted at once. A "
        "repetition does no harm.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.NO_CONTENT, None, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE
        ),
    )
    def withdraw_email(job_id: JobPath) -> Response[None]:
        deletion.withdraw_email(results.job(job_id).job_id)
        return Response(HTTPStatus.NO_CONTENT)

    @app.get(
        "/jobs/<job_id>/query",
        summary="What was searched, as FASTA",
        tags=TAGS,
        responses=files({QUERY_TYPE}, "large"),
    )
    def read_query(job_id: JobPath) -> Response[str]:
        return file(results.query(job_id), QUERY_TYPE, query_file_name(job_id))

    @app.get(
        "/jobs/<job_id>/targets",
        summary="Its targets, in pages",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, TargetsView, HTTPStatus.NOT_FOUND, HTTPStatus.GONE),
    )
    def read_targets(job_id: JobPath, limit: Limit = 100, cursor: Cursor = "1") -> TargetsView:
        return TargetsView.of(results.page(job_id, int(cursor), limit))

    @app.get(
        "/jobs/<job_id>/export",
        summary="All its targets as a file",
        tags=TAGS,
        responses=files({one.media_type for one in FORMATS.values() if not one.binary}, "large, or xlsx"),
    )
    def export_job(job_id: JobPath, format: Format = "csv") -> Response[str]:  # noqa: A002 - the parameter's name
        return file(results.export(job_id, format), FORMATS[format].media_type, file_name(job_id, format))

    @app.get(
        "/jobs/<job_id>/targets/<number>/offtargets",
        summary="Where a guide may bind in the genome",
        description="503 with `Retry-After` while a list that takes long is made; its `detail` says how far it is.",
        tags=TAGS,
        responses=answers(
            HTTPStatus.OK,
            OffTargetsView,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.GONE,
            HTTPStatus.CONFLICT,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    )
    def read_off_targets(job_id: JobPath, number: TargetPath, limit: Limit = 1000) -> OffTargetsView:
        found = results.off_targets(job_id, number, limit)
        return OffTargetsView(
            job_id=job_id, target=number, guide=found.guide, total=found.total, off_targets=found.listed
        )
