"""The routes of jobs."""

from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse, OpenAPIResponseContentSchema
from aws_lambda_powertools.metrics import MetricUnit

from crackling.results import FORMATS, Format
from crackling_lambdas.handlers.entry import metrics
from crackling_lambdas.handlers.openapi import answers
from crackling_lambdas.handlers.views import (
    Cursor,
    JobCreated,
    JobPath,
    JobView,
    Limit,
    NewJob,
    OffTargetsView,
    TargetPath,
    TargetsView,
)
from crackling_lambdas.logic.results import Address, Results, file_name
from crackling_lambdas.logic.submission import Submission

TAGS = ["jobs"]
TEXT: OpenAPIResponseContentSchema = {"schema": {"type": "string"}}
EXPORTS: dict[int, OpenAPIResponse] = {
    **answers(HTTPStatus.SEE_OTHER, None, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    int(HTTPStatus.OK): {
        "description": "The file",
        "content": dict.fromkeys(
            sorted({one.media_type for one in FORMATS.values() if not one.binary}), TEXT
        ),
    },
    int(HTTPStatus.SEE_OTHER): {
        "description": "The file is large, or xlsx: it is at Location for five minutes"
    },
}


def job_routes(app: APIGatewayRestResolver, submission: Submission, results: Results) -> None:
    @app.post(
        "/jobs",
        summary="Design guides for a sequence or a part of the genome, or score your own",
        tags=TAGS,
        responses=answers(
            HTTPStatus.ACCEPTED,
            JobCreated,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
    )
    def create_job(new: NewJob) -> Response[JobCreated]:
        options = new.job_options()
        if new.region is not None:
            job = submission.submit_region(new.region, new.genome, options)
        else:
            job = submission.submit(new.text, new.genome, options, new.kind)
        metrics.add_metric("JobsSubmitted", MetricUnit.Count, 1)
        url = f"{app.current_event.request_context.path}/{job.job_id}"
        created = JobCreated(job_id=job.job_id, url=url)
        return Response(HTTPStatus.ACCEPTED, "application/json", created, headers={"Location": url})

    @app.get(
        "/jobs/<job_id>",
        summary="A job and its progress",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, JobView, HTTPStatus.NOT_FOUND),
    )
    def read_job(job_id: JobPath) -> JobView:
        job = results.job(job_id)
        return JobView.of(job, results.genomes.get(job.genome))

    @app.get(
        "/jobs/<job_id>/targets",
        summary="Its targets, in pages",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, TargetsView, HTTPStatus.NOT_FOUND),
    )
    def read_targets(job_id: JobPath, limit: Limit = 100, cursor: Cursor = "1") -> TargetsView:
        return TargetsView.of(results.page(job_id, int(cursor), limit))

    @app.get(
        "/jobs/<job_id>/export",
        summary="All its targets as a file",
        tags=TAGS,
        responses=EXPORTS,
    )
    def export_job(job_id: JobPath, format: Format = "csv") -> Response[str]:  # noqa: A002 - the parameter's name
        exported = results.export(job_id, format)
        if isinstance(exported, Address):
            return Response(HTTPStatus.SEE_OTHER, "text/plain", "", headers={"Location": exported.url})
        disposition = f'attachment; filename="{file_name(job_id, format)}"'
        return Response(
            HTTPStatus.OK, FORMATS[format].media_type, exported, headers={"Content-Disposition": disposition}
        )

    @app.get(
        "/jobs/<job_id>/targets/<number>/offtargets",
        summary="Where a guide may bind in the genome",
        tags=TAGS,
        responses=answers(HTTPStatus.OK, OffTargetsView, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    )
    def read_off_targets(job_id: JobPath, number: TargetPath, limit: Limit = 1000) -> OffTargetsView:
        found = results.off_targets(job_id, number, limit)
        return OffTargetsView(
            job_id=job_id, target=number, guide=found.guide, total=found.total, off_targets=found.listed
        )
