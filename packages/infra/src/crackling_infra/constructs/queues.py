"""Create queues in pairs: one for work, one for the messages that could not be processed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import Duration
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from crackling_infra.acknowledge import acknowledge

if TYPE_CHECKING:
    from crackling_infra.constructs.functions import Function

MAX_RECEIVE_COUNT: Final = 4


class DeadLetterQueue(sqs.Queue):
    """A queue that keeps unprocessable messages for two weeks, to be inspected and redriven."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        reason = "It is a dead-letter queue."
        acknowledge(self, reason, "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy")


class QueueConsumer(Construct):
    """A function with a queue that feeds it and a dead-letter queue for the messages that it cannot process."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: Function,
        batch_size: int,
        max_concurrency: int,
    ) -> None:
        super().__init__(scope, construct_id)
        assert function.timeout is not None
        self.function = function
        self.dead_letters = DeadLetterQueue(self, "DeadLetters")
        self.visibility = Duration.seconds(6 * function.timeout.to_seconds())
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            # Six time-outs, as Lambda recommends: a throttled batch must not become visible while it still waits.
            visibility_timeout=self.visibility,
            retention_period=Duration.days(4),
            dead_letter_queue=sqs.DeadLetterQueue(
                max_receive_count=MAX_RECEIVE_COUNT, queue=self.dead_letters
            ),
        )
        source = event_sources.SqsEventSource(
            self.queue,
            batch_size=batch_size,
            max_concurrency=max_concurrency,
            report_batch_item_failures=True,
        )
        # On the last delivery the function writes the failure's reason into the job, before the message becomes a dead letter.
        function.add_variable("MAX_RECEIVE_COUNT", str(MAX_RECEIVE_COUNT))
        # The function sets when a failed message comes back; the event source grants that together with receiving.
        function.add_variable("QUEUE_URL", self.queue.queue_url)
        function.add_event_source(source)
        self.message_lifetime = Duration.seconds(MAX_RECEIVE_COUNT * self.visibility.to_seconds())
        reason = "Lambda offers no destination for queues; the queue's dead-letter queue does that."
        acknowledge(function, reason, "Serverless-LambdaEventSourceMappingDestination")
