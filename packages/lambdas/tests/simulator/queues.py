"""Simulate Lambda's event sources: queues with visibility and dead letters, and a stream."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

MAX_RECEIVES = 3
VISIBILITY = 900.0
STREAM_TRIES = 4
_handles = itertools.count()


@dataclass(eq=False)
class Queued:
    """Hold a message, or one of its copies."""

    body: str
    number: int
    receives: int = 0
    visible_at: float = 0.0
    at_work: bool = False  # a function that is alive works on it
    handle: str = field(default_factory=lambda: str(next(_handles)))


@dataclass
class SimulatedQueue:
    """Simulate a standard queue: any order, at least once."""

    name: str
    rng: random.Random
    messages: list[Queued] = field(default_factory=list)
    dead: list[Queued] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    exhausted: list[str] = field(default_factory=list)  # failed at the last receive, if not at the others

    def send(self, body: str) -> None:
        self.sent.append(body)
        self.messages.append(Queued(body, len(self.sent)))

    def receive(self, now: float, limit: int = 3) -> list[Queued]:
        """Return a batch of visible messages; one received too often goes to the dead letters instead."""
        visible = [message for message in self.messages if message.visible_at <= now]
        batch = self.rng.sample(visible, min(len(visible), self.rng.randint(1, limit)))
        for message in batch:
            message.receives += 1
            message.visible_at = now + VISIBILITY
        for message in [message for message in batch if message.receives > MAX_RECEIVES]:
            batch.remove(message)
            self.messages.remove(message)
            self.dead.append(message)
        return batch

    def delete(self, done: Iterable[Queued]) -> None:
        for message in done:
            if message in self.messages:
                self.messages.remove(message)

    def note_failures(self, failed: Iterable[Queued]) -> None:
        self.exhausted += [message.body for message in failed if message.receives >= MAX_RECEIVES]

    def duplicate(self, message: Queued) -> None:
        self.messages.append(Queued(message.body, message.number, min(message.receives, MAX_RECEIVES - 1)))

    def hide(self, handle: str, until: float, *, at_work: bool) -> None:
        """Hide a message for a while, because it is worked on or was given back; what is deleted or dead stays so."""
        for message in self.messages:
            if message.handle == handle:
                message.visible_at = until
                message.at_work = message.at_work and at_work

    def expire_early(self, message: Queued) -> None:
        """Its visibility ends while it is worked on, as when the work takes too long."""
        if message.receives < MAX_RECEIVES:
            message.visible_at = 0.0


def sqs_event(batch: list[Queued]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{position}",
                "receiptHandle": message.handle,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receives)},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:queue",
                "awsRegion": "eu-west-1",
            }
            for position, message in enumerate(batch)
        ]
    }


@dataclass
class SimulatedStream:
    """A table's records that pass the filter, in order. A batch that fails is tried again from its first failure."""

    keys: tuple[str, ...]
    function: str  # that it wakes

    records: list[dict[str, Any]] = field(default_factory=list)
    given_up: list[dict[str, Any]] = field(default_factory=list)
    added: int = 0
    tries: int = 0
    busy: bool = False  # a shard's batches are worked on one after the other

    def add(self, name: str, item: dict[str, Any]) -> None:
        self.added += 1
        number = f"{self.added:021d}"
        keys = {key: item[key] for key in self.keys}
        image = {"Keys": keys, "NewImage": item, "SequenceNumber": number, "StreamViewType": "NEW_IMAGE"}
        self.records.append(
            {"eventID": number, "eventName": name, "eventSource": "aws:dynamodb", "dynamodb": image}
        )

    def succeed(self, count: int) -> None:
        del self.records[:count]
        self.tries = 0 if count else self.tries

    def fail_first(self) -> None:
        self.tries += 1
        if self.tries >= STREAM_TRIES:
            self.given_up.append(self.records.pop(0))
            self.tries = 0
