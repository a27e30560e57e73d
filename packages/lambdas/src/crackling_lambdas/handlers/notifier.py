"""notifier: the stream of Jobs -> an email about each finished job whose user asked for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from crackling_aws.email import EmailTopic
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_lambdas.jobs.email_notifier import Notifier
from crackling_lambdas.runtime.entry import Answer, Event, Handler, entry_point
from crackling_lambdas.runtime.settings import NotifierSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from crackling_aws.clients import Clients


def make_handler(
    environ: Mapping[str, str], clients: Clients, clock: Callable[[], float] = time.time
) -> Handler:
    settings = NotifierSettings.load(environ)
    notifier = Notifier(
        jobs=JobStore(clients.dynamodb, settings.jobs_table),
        genomes=GenomeStore(clients.dynamodb, settings.genomes_table),
        topic=EmailTopic(clients, settings.mail_topic),
        page=settings.page_url,
        clock=clock,
    )
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def notify(record: DynamoDBRecord) -> None:
        # The record may be stale, so the notifier reads the job itself.
        notifier.notify(record.raw_event["dynamodb"]["Keys"]["jobId"]["S"])

    def handle(event: Event, context: LambdaContext) -> Answer:
        return dict(process_partial_response(event, notify, processor, context))

    return handle


handler = entry_point(make_handler)
