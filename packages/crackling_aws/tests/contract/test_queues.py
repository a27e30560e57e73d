from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.messages import ScoreChunk, dump, parse
from crackling_aws.queues import Queue

if TYPE_CHECKING:
    from types import SimpleNamespace


def test_all_messages_arrive_however_many(cloud: SimpleNamespace) -> None:
    messages = [ScoreChunk("j1", number) for number in range(23)]
    Queue[ScoreChunk](cloud.sqs, cloud.queue).send(iter(messages))
    assert sorted(parse(ScoreChunk, body).chunk for body in cloud.sent()) == list(range(23))


def test_nothing_is_sent_for_nothing(cloud: SimpleNamespace) -> None:
    Queue[ScoreChunk](cloud.sqs, cloud.queue).send([])
    assert cloud.sent() == []


def test_a_message_is_its_json(cloud: SimpleNamespace) -> None:
    Queue[ScoreChunk](cloud.sqs, cloud.queue).send([ScoreChunk("j1", 4)])
    assert cloud.sent() == [dump(ScoreChunk("j1", 4))] == ['{"job_id": "j1", "chunk": 4}']
