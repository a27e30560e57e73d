"""Send messages to SQS. Lambda itself receives them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from crackling_aws.messages import Message, dump

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_sqs import SQSClient

MAX_BATCH = 10  # SQS accepts no more in one request

T = TypeVar("T", bound=Message)


class SendError(Exception):
    """Raised when SQS accepts a request but refuses some of its messages."""


class Queue(Generic[T]):
    """Send messages of one kind to a queue."""

    def __init__(self, client: SQSClient, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, messages: Iterable[T]) -> None:
        """Send all messages.

        Raises:
            SendError: SQS rejected some. Others may have been sent, so a retry sends those twice.
        """
        remaining = iter(messages)
        while batch := list(islice(remaining, MAX_BATCH)):
            entries = [{"Id": str(i), "MessageBody": dump(message)} for i, message in enumerate(batch)]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
            if refused := answer.get("Failed"):
                raise SendError(
                    f"SQS refused {len(refused)} of {len(batch)} messages: {refused[0].get('Code')}"
                )
