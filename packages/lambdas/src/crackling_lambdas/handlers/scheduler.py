"""scheduler: the stream of the Jobs table -> each new job is scanned, or waits for its genome."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from crackling_aws.genomes import GenomeStore
from crackling_aws.jobs import JobStore
from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.queues import Queue
from crackling_lambdas.handlers.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.handlers.settings import SchedulerSettings
from crackling_lambdas.logic.admission import Admission
from crackling_lambdas.logic.preparation import Preparations
from crackling_preparation.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = SchedulerSettings.load(environ)
    jobs = JobStore(clients.dynamodb, settings.jobs_table)
    genomes = GenomeStore(clients.dynamodb, settings.genomes_table)
    downloads = Queue[PrepareGenome](clients.sqs, settings.download_queue_url)
    scans = Queue[ScanJob](clients.sqs, settings.scan_queue_url)
    preparations = Preparations(genomes, downloads, settings.bowtie2, clock)
    admission = Admission(jobs, genomes, preparations, Release(genomes, jobs, scans, clock), clock)
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def admit(record: DynamoDBRecord) -> None:
        # The event source filters for INSERT too, which spares invocations; this holds without it.
        if record.raw_event["eventName"] == "INSERT":
            admission.admit(record.raw_event["dynamodb"]["Keys"]["jobId"]["S"])

    def handle(event: Event, context: LambdaContext) -> Answer:
        return dict(process_partial_response(event, admit, processor, context))

    return handle


handler = entry_point(make_handler)
