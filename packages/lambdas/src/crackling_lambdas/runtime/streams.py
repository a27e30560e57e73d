"""Handle the records of a DynamoDB stream one by one, so that a record that fails holds up no other of its batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from crackling_lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from crackling_lambdas.runtime.entry import Answer, Event, Handler

Keys = dict[str, dict[str, Any]]
"""The key of a record's item, in DynamoDB's notation."""


def stream_handler(work: Callable[[str, Keys], None]) -> Handler:
    """Return a Lambda handler that calls `work` with the event's name and the item's key for each record.

    The handler answers with the records that failed, which are delivered again. Each failure is logged and counted,
    because the batch processor only mentions it at the level DEBUG.
    """
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def handle_record(record: DynamoDBRecord) -> None:
        name, keys = record.raw_event["eventName"], record.raw_event["dynamodb"]["Keys"]
        try:
            work(name, keys)
        except Exception:
            logger.exception("A record failed", extra={"event": name, "keys": keys})
            count("FailedAttempts")
            raise

    def handle(event: Event, context: LambdaContext) -> Answer:
        return dict(process_partial_response(event, handle_record, processor, context))

    return handle
