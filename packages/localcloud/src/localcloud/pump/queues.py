"""Poll a queue for a function: batches, batching window, concurrency, partial failures.

Visibility and redrive are SQS's own: messages that the function did not finish simply become visible again.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from localcloud.runtime import Throttled

if TYPE_CHECKING:
    from localcloud.pump.mapping import Invoke, Mapping
    from localcloud.world import Properties, World

log = logging.getLogger(__name__)
_BATCHES_AT_ONCE = 5
"""The number of concurrent batches with which Lambda's pollers start on a standard queue."""


class QueuePoller:
    """Delivers one queue's messages to one function until it is stopped."""

    def __init__(self, mapping: Mapping, world: World, invoke: Invoke, stop: threading.Event) -> None:
        self._mapping, self._world, self._invoke, self._stop = mapping, world, invoke, stop
        self._sqs = world.client("sqs")
        self._url = self._sqs.get_queue_url(QueueName=mapping.source.rsplit(":", 1)[-1])["QueueUrl"]
        self._limit = min(mapping.concurrency or _BATCHES_AT_ONCE, _BATCHES_AT_ONCE)
        self._slots = threading.Semaphore(self._limit)

    def run(self) -> None:
        with ThreadPoolExecutor(self._limit, thread_name_prefix="batch") as workers:
            while not self._stop.is_set():
                # Wait for a free slot before receiving, since messages received earlier would only age in here.
                if not self._slots.acquire(timeout=0.5):
                    continue
                if messages := self._wanted(self._receive()):
                    workers.submit(self._deliver, messages)
                else:
                    self._slots.release()

    def _receive(self) -> list[Properties]:
        """Receive one batch: the messages that are available, or those that arrive within the window."""
        messages: list[Properties] = []
        end = 0.0
        while len(messages) < self._mapping.batch_size and not self._stop.is_set():
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(10, self._mapping.batch_size - len(messages)),
                WaitTimeSeconds=0 if messages else 1,
                AttributeNames=["All"],
                MessageAttributeNames=["All"],
            ).get("Messages", [])
            messages += answer
            end = end or time.monotonic() + self._mapping.window
            if not answer and (not messages or time.monotonic() >= end):
                break
            if not answer:
                self._stop.wait(0.05)
        return messages

    def _wanted(self, messages: list[Properties]) -> list[Properties]:
        """Return the messages that pass the filters, and delete the others, as Lambda does."""
        kept = [message for message in messages if self._mapping.wants(_filterable(message))]
        self._delete([message for message in messages if message not in kept])
        return kept

    def _deliver(self, messages: list[Properties]) -> None:
        try:
            records = [_record(message, self._mapping.source, self._world.region) for message in messages]
            outcome = self._invoke(self._mapping.function, json.dumps({"Records": records}).encode())
            failed = self._mapping.failed(outcome, [message["MessageId"] for message in messages])
            self._delete([message for message in messages if message["MessageId"] not in failed])
        except Throttled:
            self._give_back(messages)
        except Exception:
            # Nobody looks at this batch's future. The messages return after their visibility time-out.
            log.exception("a batch of %s", self._mapping.source)
        finally:
            self._slots.release()

    def _give_back(self, messages: list[Properties]) -> None:
        """Make throttled messages visible again after a second; Lambda, too, retries them shortly."""
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=1
            )

    def _delete(self, messages: list[Properties]) -> None:
        for start in range(0, len(messages), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[start : start + 10])
            ]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)


def _filterable(message: Properties) -> Properties:
    try:
        body: Any = json.loads(message["Body"])
    except ValueError:
        body = message["Body"]
    return {"messageId": message["MessageId"], "body": body, "attributes": message["Attributes"]}


def _record(message: Properties, source: str, region: str) -> Properties:
    attributes = {
        name: {key[:1].lower() + key[1:]: value for key, value in attribute.items()}
        for name, attribute in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source,
        "awsRegion": region,
    }
