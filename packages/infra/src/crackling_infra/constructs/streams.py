"""Invoke a function by a table's stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources

if TYPE_CHECKING:
    from aws_cdk import aws_dynamodb as dynamodb

    from crackling_infra.constructs.functions import Function
    from crackling_infra.constructs.queues import DeadLetterQueue


def wake(
    function: Function,
    table: dynamodb.Table,
    pattern: dict[str, object],
    failures: DeadLetterQueue,
    *,
    batch_size: int,
) -> None:
    """Invoke the function with the table's records that match the pattern; records that it fails on for good go to `failures`."""
    function.add_event_source(
        event_sources.DynamoEventSource(
            table,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            filters=[lambda_.FilterCriteria.filter(pattern)],
            batch_size=batch_size,
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
            retry_attempts=4,
            # A shard stands still while a record is retried; this limits how long later records wait.
            max_record_age=Duration.minutes(10),
            on_failure=event_sources.SqsDlq(failures),
        )
    )
