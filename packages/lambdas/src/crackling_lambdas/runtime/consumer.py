"""Handle the messages of a batch one by one, and decide what happens to those that fail.

An `InputError` is permanent: its reason is recorded at once, and the message is done. Any other error may be transient: the
message returns to its queue and is delivered again after a delay that grows. When it fails for the last time, a reason is
recorded and the message still returns, so that SQS moves it to the dead-letter queue, which has an alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from botocore.exceptions import BotoCoreError, ClientError

from crackling.errors import CracklingError, InputError
from crackling_aws.disks import is_full_disk
from crackling_aws.messages import Message, MessageError, parse
from crackling_lambdas.runtime.hold import Hold, holding
from crackling_lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from mypy_boto3_sqs import SQSClient

    from crackling_lambdas.runtime.entry import Answer, Event, Handler

M = TypeVar("M", bound=Message)
RETRY_DELAYS_SECONDS = (15, 120, 600)  # after the first failure, the second, and so on; the last is repeated


class QueueSettings(Protocol):
    """Hold the settings that a consumer needs for its queue."""

    @property
    def queue_url(self) -> str: ...
    @property
    def max_receive_count(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class SourceQueue:
    """Describe the queue that messages come from, and how often one may be received."""

    sqs: SQSClient
    url: str
    max_receives: int

    @classmethod
    def of(cls, sqs: SQSClient, settings: QueueSettings) -> SourceQueue:
        return cls(sqs=sqs, url=settings.queue_url, max_receives=settings.max_receive_count)

    def hold(self, event: Event) -> Hold:
        """Return a hold on all messages of a batch."""
        handles = [record["receiptHandle"] for record in event["Records"]]
        return Hold(sqs=self.sqs, url=self.url, handles=handles)

    def return_message(self, hold: Hold, record: SQSRecord, error: Exception) -> None:
        """Make a failed message visible again soon.

        A malformed message, and one that failed for the last time, returns at once: SQS then moves it to the dead-letter
        queue.
        """
        receives = _receives(record)
        final = isinstance(error, MessageError) or receives >= self.max_receives
        pause = 0 if final else RETRY_DELAYS_SECONDS[min(receives, len(RETRY_DELAYS_SECONDS)) - 1]
        try:
            hold.give_back(record.receipt_handle, pause)
        except (BotoCoreError, ClientError):
            logger.exception(
                "The message returns only after its visibility time-out",
                extra={"message_id": record.message_id},
            )
            count("DelayedMessages")


@dataclass(frozen=True, kw_only=True)
class Consumer(Generic[M]):
    """Consume the messages of a queue."""

    source: SourceQueue
    kind: type[M]
    work: Callable[[M], None]
    fail: Callable[[M, str], None]  # records the reason with the job or genome that the message names
    task: str  # for the reason that users read, such as "scoring specificity"

    def handler(self) -> Handler:
        """Return the Lambda handler, which answers with the messages that are to be delivered again."""
        processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

        def handle(event: Event, context: LambdaContext) -> Answer:
            hold = self.source.hold(event)
            with holding(hold):
                return dict(process_partial_response(event, partial(self._record, hold), processor, context))

        return handle

    def _record(self, hold: Hold, record: SQSRecord) -> None:
        try:
            self._message(self._parse(record), _receives(record))
        except Exception as error:
            self.source.return_message(hold, record, error)
            raise

    def _parse(self, record: SQSRecord) -> M:
        try:
            return parse(self.kind, record.body)
        except MessageError as error:
            # The body may be anything, a query included, so it is not logged.
            logger.warning("Malformed message", extra={"message_id": record.message_id, "reason": str(error)})
            count("MalformedMessages")
            raise

    def _message(self, message: M, receives: int) -> None:
        try:
            self.work(message)
        except InputError as error:
            logger.warning("Failed for good", extra={"work": message, "reason": str(error)})
            count("PermanentFailures")
            self._fail(message, str(error))
        except Exception as error:
            logger.exception("Failed", extra={"work": message})
            count("FailedAttempts")
            if receives >= self.source.max_receives:
                self._fail(message, self._reason(error))
            raise

    def _fail(self, message: M, reason: str) -> None:
        try:
            self.fail(message, reason)
        except Exception:
            logger.exception("The reason could not be recorded", extra={"work": message, "reason": reason})
            count("UnrecordedFailures")
            raise

    def _reason(self, error: Exception) -> str:
        if is_full_disk(error):
            return (
                f"The disk of the function was full while it was {self.task}, {self.source.max_receives} times. "
                "Try again later; if that fails too, whoever runs the service can give the function a larger disk."
            )
        if isinstance(error, CracklingError):
            return f"{error} (it was tried {self.source.max_receives} times)"
        return (
            f"An error inside ({type(error).__name__}) stopped {self.task} {self.source.max_receives} times. "
            "Try again; if that fails too, report the job's id."
        )


def _receives(record: SQSRecord) -> int:
    return int(record.attributes.approximate_receive_count)
