"""One way for a table's stream to wake a function."""

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
    """Wake the function by the table's records that fit the pattern; those that it gives up go to `failures`."""
    function.add_event_source(
        event_sources.DynamoEventSource(
            table,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            filters=[lambda_.FilterCriteria.filter(pattern)],
            batch_size=batch_size,
            report_batch_item_failures=True,
            bisect_batch_on_error=True,
            retry_attempts=4,
            # A shard stands still while a record is retried: later ones wait no longer than this.
            max_record_age=Duration.minutes(10),
            on_failure=event_sources.SqsDlq(failures),
        )
    )
