"""Poll a table's stream for a function: in order, shard by shard, with retries, bisection and an on-failure destination."""

from __future__ import annotations

import base64
import datetime
import json
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from localcloud.gaps.journal import delivered
from localcloud.runtime import Throttled

if TYPE_CHECKING:
    import threading

    from localcloud.pump.mapping import Invoke, Mapping
    from localcloud.world import Properties, World

_IDLE_SECONDS = 0.2

Positions = dict[str, str | None]
"""The position of a mapping in each shard of its stream. It outlives a poller, so that a changed mapping repeats nothing."""


class StreamPoller:
    """Delivers one stream's records to one function until it is stopped."""

    def __init__(
        self, mapping: Mapping, world: World, invoke: Invoke, stop: threading.Event, positions: Positions
    ) -> None:
        self._mapping, self._world, self._invoke, self._stop = mapping, world, invoke, stop
        self._streams = world.client("dynamodbstreams")
        self._iterators = positions

    def run(self) -> None:
        self._continues = delivered(self._mapping.source, self._mapping.function, None)
        while not self._stop.is_set():
            self._find_shards()
            if not any(self._poll(shard) for shard in list(self._iterators)):
                self._stop.wait(_IDLE_SECONDS)

    def _find_shards(self) -> None:
        arn = self._mapping.source
        for shard in self._streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            if (identifier := shard["ShardId"]) not in self._iterators:
                position = "TRIM_HORIZON" if self._mapping.from_start or self._continues else "LATEST"
                self._iterators[identifier] = self._streams.get_shard_iterator(
                    StreamArn=arn, ShardId=identifier, ShardIteratorType=position
                )["ShardIterator"]

    def _poll(self, shard: str) -> bool:
        """Deliver the shard's next batch; return whether there was one."""
        if (iterator := self._iterators[shard]) is None:
            return False
        answer = self._streams.get_records(ShardIterator=iterator, Limit=self._mapping.batch_size)
        records = [_record(record, self._mapping.source, self._world.region) for record in answer["Records"]]
        self._deliver([record for record in records if self._mapping.wants(record)])
        if records and not self._stop.is_set():
            delivered(self._mapping.source, self._mapping.function, records[-1]["dynamodb"]["SequenceNumber"])
        self._iterators[shard] = answer.get("NextShardIterator")
        return bool(records)

    def _deliver(self, records: list[Properties]) -> None:
        """Deliver until every record is done or given up. Bisected halves keep their order and their attempts."""
        batches = deque([(records, 0)] if records else [])
        while batches and not self._stop.is_set():
            batch, attempts = batches.popleft()
            try:
                outcome = self._invoke(self._mapping.function, json.dumps({"Records": batch}).encode())
            except Throttled:
                batches.appendleft((batch, attempts))
                self._stop.wait(1)
                continue
            numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
            if not (failed := self._mapping.failed(outcome, numbers)):
                continue
            # The lowest failed record is the checkpoint: it and all later ones are delivered again.
            rest = batch[numbers.index(failed[0]) :]
            if self._given_up(rest, attempts + 1):
                self._report(rest, attempts + 1)
                continue
            halves = self._halves(rest) if outcome.failed else [rest]
            batches.extendleft((half, attempts + 1) for half in reversed(halves))
            self._stop.wait(min(0.1 * 2**attempts, 2.0))

    def _given_up(self, records: list[Properties], attempts: int) -> bool:
        mapping = self._mapping
        age = time.time() - float(records[0]["dynamodb"]["ApproximateCreationDateTime"])
        too_often = mapping.retries is not None and attempts > mapping.retries
        return too_often or (mapping.max_age is not None and age > mapping.max_age)

    def _halves(self, records: list[Properties]) -> list[list[Properties]]:
        middle = len(records) // 2
        return [records[:middle], records[middle:]] if self._mapping.bisect and middle else [records]

    def _report(self, records: list[Properties], attempts: int) -> None:
        """Tell the on-failure destination which records were given up (not their content)."""
        first, last = records[0]["dynamodb"], records[-1]["dynamodb"]
        body = {
            "requestContext": {
                "functionArn": self._mapping.function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": attempts,
            },
            "version": "1.0",
            "timestamp": datetime.datetime.now(datetime.UTC).isoformat(),
            "DDBStreamBatchInfo": {
                "streamArn": self._mapping.source,
                "batchSize": len(records),
                "startSequenceNumber": first["SequenceNumber"],
                "endSequenceNumber": last["SequenceNumber"],
            },
        }
        destination = self._mapping.on_failure or ""
        if ":sqs:" in destination:
            url = self._world.client("sqs").get_queue_url(QueueName=destination.rsplit(":", 1)[-1])[
                "QueueUrl"
            ]
            self._world.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
        elif ":sns:" in destination:
            self._world.client("sns").publish(TopicArn=destination, Message=json.dumps(body))


def _record(record: Properties, source: str, region: str) -> Properties:
    plain: Properties = json.loads(json.dumps(record, default=_plain))
    kept = {key: plain[key] for key in ("eventID", "eventName", "eventVersion", "eventSource", "dynamodb")}
    return {**kept, "awsRegion": region, "eventSourceARN": source}


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Convert dates to seconds and bytes to base64, as Lambda does."""
    return value.timestamp() if isinstance(value, datetime.datetime) else base64.b64encode(value).decode()
