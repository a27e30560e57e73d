"""Test what a poller decides, without a cloud: filters, partial failures, retries, bisection, order."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from localcloud.pump import Pump
from localcloud.pump.filters import matches
from localcloud.pump.mapping import Mapping
from localcloud.pump.streams import StreamPoller
from localcloud.rates import UnsupportedScheduleError, rate_seconds
from localcloud.runtime import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud import world as worlds

MAPPING = Mapping.of({
    "UUID": "u", "EventSourceArn": "arn:aws:dynamodb:::table/t/stream/1", "FunctionArn": "f", "State": "Enabled",
    "BatchSize": 10, "FunctionResponseTypes": ["ReportBatchItemFailures"], "MaximumRetryAttempts": 2,
    "DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:::dlq"}},
})  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ({"eventName": ["INSERT"]}, {"eventName": "INSERT"}, True),
        ({"eventName": ["INSERT"]}, {"eventName": "REMOVE"}, False),
        ({"a": {"b": [{"exists": False}]}}, {"a": {}}, True),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a": {"b": "x"}}, False),
        ({"a": [{"exists": False}]}, {"a": {"b": "x"}}, False),
        ({"a": [{"exists": True}]}, {"a": {"b": "x"}}, False),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"prefix": "ab"}]}, {"a": "abc"}, True),
        ({"a": [{"suffix": "x"}, {"numeric": [">", 1, "<=", 3]}]}, {"a": 3}, True),
        ({"a": [{"numeric": [">", 1, "<=", 3]}]}, {"a": 4}, False),
        ({"a": [{"anything-but": ["x", "y"]}]}, {"a": "z"}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": "x"}, False),
        ({"a": [{"equals-ignore-case": "AB"}]}, {"a": "ab"}, True),
        ({"$or": [{"a": [1]}, {"b": [1]}]}, {"b": 1}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": ["x"]}, {"a": ["y", "x"]}, True),
    ],
)
def test_filters(pattern: dict[str, Any], value: dict[str, Any], expected: bool) -> None:
    assert matches(pattern, value) is expected


def test_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="cidr"):
        matches({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "10.0.0.1"})


def outcome(answer: Any, failed: bool = False) -> Outcome:
    return Outcome(json.dumps(answer).encode(), failed, "", "id")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (None, []),
        ({"batchItemFailures": []}, []),
        ({"batchItemFailures": None}, []),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, ["b"]),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, ["a", "b"]),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, ["a", "b"]),
        ({"batchItemFailures": [{"wrong": "b"}]}, ["a", "b"]),
    ],
)
def test_partial_failures(answer: Any, expected: list[str]) -> None:
    assert MAPPING.failed(outcome(answer), ["a", "b"]) == expected


def test_partial_failures_count_only_if_asked_for() -> None:
    mapping = replace(MAPPING, reports_failures=False)
    assert mapping.failed(outcome({"batchItemFailures": [{"itemIdentifier": "a"}]}), ["a"]) == []
    assert mapping.failed(outcome({}, failed=True), ["a"]) == ["a"]


class World:
    """A world with a single queue, which keeps what is sent to it."""

    region = "us-east-1"

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def client(self, _service: str) -> World:
        return self

    def get_queue_url(self, **_: str) -> dict[str, str]:
        return {"QueueUrl": "dlq"}

    def send_message(self, **message: str) -> None:
        self.sent.append(json.loads(message["MessageBody"]))


def deliver(
    mapping: Mapping, fails: Callable[[list[str]], Outcome], count: int = 4
) -> tuple[list[list[str]], World]:
    """Deliver numbered records; return the batches that the function received."""
    batches, world = [], World()

    def invoke(_function: str, event: bytes) -> Outcome:
        numbers = [record["dynamodb"]["SequenceNumber"] for record in json.loads(event)["Records"]]
        batches.append(numbers)
        return fails(numbers)

    poller = StreamPoller(mapping, cast("worlds.World", world), invoke, threading.Event(), {})
    poller._deliver(
        [{"dynamodb": {"SequenceNumber": str(n), "ApproximateCreationDateTime": 9e9}} for n in range(count)]
    )
    return batches, world


def test_stream_repeats_from_the_first_failure_in_order() -> None:
    tries: list[int] = []

    def second_fails_once(_numbers: list[str]) -> Outcome:
        tries.append(1)
        return outcome({"batchItemFailures": [{"itemIdentifier": "1"}] if len(tries) == 1 else []})

    batches, world = deliver(MAPPING, second_fails_once)
    assert batches == [["0", "1", "2", "3"], ["1", "2", "3"]]
    assert world.sent == []


def test_stream_gives_up_after_its_retries_and_says_so() -> None:
    batches, world = deliver(MAPPING, lambda _: outcome({}, failed=True))
    assert batches == [["0", "1", "2", "3"]] * 3
    assert world.sent[0]["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert world.sent[0]["DDBStreamBatchInfo"]["startSequenceNumber"] == "0"


def test_stream_bisects_to_the_poison() -> None:
    mapping = replace(MAPPING, bisect=True, retries=3)
    batches, world = deliver(mapping, lambda numbers: outcome({}, failed="2" in numbers))
    done = [number for batch in batches if "2" not in batch for number in batch]
    assert done == ["0", "1", "3"]
    assert [sent["DDBStreamBatchInfo"]["batchSize"] for sent in world.sent] == [1]


def test_stream_gives_up_records_that_are_too_old() -> None:
    mapping = replace(MAPPING, retries=None, max_age=60)
    old = {"dynamodb": {"SequenceNumber": "0", "ApproximateCreationDateTime": 1.0}}
    world = World()
    poller = StreamPoller(
        mapping, cast("worlds.World", world), lambda *_: outcome({}, failed=True), threading.Event(), {}
    )
    poller._deliver([old])
    assert len(world.sent) == 1


class Sources:
    """A table's stream and a queue with one record each, which is there until it has been taken."""

    def __init__(self, source: str) -> None:
        self.region, self.taken, self._source = "us-east-1", threading.Event(), source

    def client(self, _service: str) -> Sources:
        return self

    def list_event_source_mappings(self) -> dict[str, Any]:
        return {"EventSourceMappings": [{"UUID": "u", "EventSourceArn": self._source, "FunctionArn": "f",
                                         "State": "Enabled", "BatchSize": 1, "StartingPosition": "TRIM_HORIZON"}]}  # fmt: skip

    def get_event_source_mapping(self, **_: str) -> None:
        """Return nothing: the mapping exists."""

    def list_rules(self) -> dict[str, Any]:
        return {"Rules": []}

    def get_queue_url(self, **_: str) -> dict[str, str]:
        return {"QueueUrl": "queue"}

    def receive_message(self, **_: Any) -> dict[str, Any]:
        message = {"MessageId": "m", "ReceiptHandle": "r", "Body": "{}", "Attributes": {}, "MD5OfBody": ""}
        return {} if self.taken.wait(0.01) else {"Messages": [message]}

    def delete_message_batch(self, **given: Any) -> None:
        if given["Entries"]:
            self.taken.set()

    def describe_stream(self, **_: str) -> dict[str, Any]:
        return {"StreamDescription": {"Shards": [{"ShardId": "s"}]}}

    def get_shard_iterator(self, **_: str) -> dict[str, str]:
        return {"ShardIterator": "begin"}

    def get_records(self, **given: Any) -> dict[str, Any]:
        fields = ("eventID", "eventName", "eventVersion", "eventSource")
        record = {**dict.fromkeys(fields, ""), "dynamodb": {"SequenceNumber": "1"}}
        if given["ShardIterator"] == "end":
            self.taken.set()
            return {"Records": [], "NextShardIterator": "end"}
        return {"Records": [record], "NextShardIterator": "end"}


@pytest.mark.parametrize("source", ["arn:aws:sqs:::queue", "arn:aws:dynamodb:::table/t/stream/1"])
def test_a_failure_of_the_runtime_does_not_stop_a_poller(source: str) -> None:
    """A process that was killed once ended the thread, and everything behind it stayed queued."""
    sources, calls = Sources(source), []

    def invoke(_function: str, _event: bytes) -> Outcome:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionResetError
        return outcome(None)

    pump = Pump(cast("worlds.World", sources), invoke, lambda: 1)
    pump.start()
    try:
        assert sources.taken.wait(10)
    finally:
        pump.close()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("text", "seconds"), [("rate(1 minute)", 60), ("rate(2 hours)", 7200), ("rate(1 day)", 86400)]
)
def test_rates(text: str, seconds: int) -> None:
    assert rate_seconds(text) == seconds


def test_other_schedules_are_refused() -> None:
    with pytest.raises(UnsupportedScheduleError, match="cron"):
        rate_seconds("cron(0 12 * * ? *)")
