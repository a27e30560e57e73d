"""Hide the messages of a batch from other functions while this one is alive, and not much longer.

A queue's visibility time-out is at least its function's time-out, as AWS requires: here up to 90 minutes. A message whose
function died would return only after that. The function therefore shortens the time-out of its messages to HOLD_SECONDS when it
begins, and extends it every BEAT_SECONDS while it works.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from crackling_aws.queues import MAX_BATCH
from crackling_lambdas.runtime.telemetry import count, logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs import SQSClient

HOLD_SECONDS = 90
BEAT_SECONDS = 30.0  # two beats may fail before a message returns


@dataclass(eq=False, frozen=True, kw_only=True)
class Hold:
    """Hold messages by their receipt handles. Threads may share it."""

    sqs: SQSClient
    url: str
    handles: list[str]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def extend(self) -> None:
        """Hide all messages for another HOLD_SECONDS. A failure does no harm: the next beat follows soon."""
        with self._lock:
            for first in range(0, len(self.handles), MAX_BATCH):
                entries = [
                    {"Id": str(number), "ReceiptHandle": handle, "VisibilityTimeout": HOLD_SECONDS}
                    for number, handle in enumerate(self.handles[first : first + MAX_BATCH])
                ]
                try:
                    self.sqs.change_message_visibility_batch(QueueUrl=self.url, Entries=entries)  # type: ignore[arg-type]
                except (BotoCoreError, ClientError):
                    logger.warning("Messages could not be held", exc_info=True)
                    count("MissedBeats")

    def give_back(self, handle: str, pause_seconds: int) -> None:
        """Let a message return after a pause, and hold it no longer.

        Raises:
            BotoCoreError, ClientError: it returns only when its time-out ends.
        """
        with self._lock:  # no beat that still has it is under way after this
            self.handles.remove(handle)
        self.sqs.change_message_visibility(
            QueueUrl=self.url, ReceiptHandle=handle, VisibilityTimeout=pause_seconds
        )


@contextmanager
def holding(hold: Hold) -> Iterator[None]:
    """Hold messages during a `with` block. Nothing runs after it, since Lambda freezes the process then."""
    hold.extend()
    with beating(hold):
        yield


@contextmanager
def beating(hold: Hold) -> Iterator[None]:
    """Extend a hold every BEAT_SECONDS, in a thread of its own."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            hold.extend()

    thread = threading.Thread(target=run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
