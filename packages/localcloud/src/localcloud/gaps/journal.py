"""Write what changes in tables, queues and buckets to the state of a run that keeps it, and read it when they are created.

Gap: moto's state is in memory only. Stacks are deployed anew at each start; what a table, queue or bucket of the same name
held before is there again as soon as it is created.
"""

from __future__ import annotations

import base64
import datetime
import io
import json
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.s3.models import FakeBucket, FakeKey, S3Backend, s3_backends
from moto.sqs.models import Message, Queue, SQSBackend

from localcloud.gaps.emulator import current, kept
from localcloud.gaps.middleware import dynamodb_lock
from localcloud.state import OBJECT, Change, State
from localcloud.world import ACCOUNT, PARTITION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ITEM, _MESSAGE, _RECORD, _POSITION = "item", "message", "record", "position"
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "DeleteTable")
_CHECKSUM = ("checksum_algorithm", "checksum_value", "checksum_type", "checksum_parts")
_CDK = "cdk-"  # the bucket to which the CDK uploads what it deploys
_ITERATORS = 1_000  # the newest of all readers: minutes of them, as on AWS
_RECORD_SECONDS = 24 * 3600  # DynamoDB, too, keeps a stream's records for a day


def install() -> None:
    """Read kept rows when something is created, and write those that moto itself changes."""
    _after(DynamoDBBackend, "create_table", _restore_table)
    _after(S3Backend, "create_bucket", _restore_bucket)
    _after(SQSBackend, "create_queue", _restore_queue)
    _note_objects()
    _write_messages()
    _forget_iterators()


def _after(backend: type[Any], method: str, restore: Callable[[State, Any], None]) -> None:
    original = getattr(backend, method)

    def patched(self: Any, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        made = original(self, *args, **named)
        if state := kept():
            restore(state, made)
        return made

    setattr(backend, method, patched)


# --- tables and their streams ---


def items(app: WSGIApplication) -> WSGIApplication:
    """Write the items that a request to DynamoDB has changed, with the records of their streams, before it is answered."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        operation = target.rpartition(".")[2]
        state = kept()
        if not state or not target.startswith("DynamoDB_2") or operation not in _WRITES:
            return app(environ, start_response)
        content = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(content)
        answer = list(app(environ, start_response))
        state.write(_changes_of(state, operation, json.loads(content)))
        return answer

    return call


def _changes_of(state: State, operation: str, given: dict[str, Any]) -> Iterator[Change]:
    backend = dynamodb_backends[ACCOUNT][current().world.region]
    if operation == "DeleteTable":
        if given["TableName"] not in backend.tables:
            for kind in (_ITEM, _RECORD, _POSITION):
                for key, _ in state.read(kind, given["TableName"]):
                    yield Change(kind, given["TableName"], key)
        return
    named = list(_named(operation, given))
    for name, attributes in named:
        if table := backend.tables.get(name):
            yield from _item_change(backend, table, attributes)
    for name in {name for name, _ in named}:
        if table := backend.tables.get(name):
            yield from _new_records(table)


def _named(operation: str, given: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the table and the key (perhaps with other attributes) of each item that a request may have changed."""
    if operation == "TransactWriteItems":
        for one in given["TransactItems"]:
            for details in one.values():
                yield details["TableName"], details.get("Key") or details.get("Item")
    elif operation == "BatchWriteItem":
        for table, requests in given["RequestItems"].items():
            for request in requests:
                for details in request.values():
                    yield table, details.get("Key") or details.get("Item")
    else:
        yield given["TableName"], given.get("Key") or given["Item"]


def _item_change(backend: DynamoDBBackend, table: Table, attributes: dict[str, Any]) -> Iterator[Change]:
    names = [name for name in (table.hash_key_attr, table.range_key_attr) if name]
    if not all(name in attributes for name in names):
        return  # moto has refused it
    key = {name: attributes[name] for name in names}
    item = table.get_item(*backend.get_keys_value(table, key))
    value = _plain(item.to_json()["Attributes"]) if item else None
    yield Change(_ITEM, table.name, json.dumps(key, sort_keys=True), value)


def _new_records(table: Table) -> Iterator[Change]:
    """Yield the records that are not written yet. Nobody else changes the stream: requests are served one at a time."""
    if shard := table.stream_shard:
        end = shard.starting_sequence_number + len(shard.items)
        first = max(current().written.get(table.name, 0), shard.starting_sequence_number)
        for number in range(first, end):
            record = shard.items[number - shard.starting_sequence_number].record
            yield Change(_RECORD, table.name, str(number), _plain(record))
        current().written[table.name] = end


def delivered(stream: str, function: str, number: str | None) -> bool:
    """Note that a function needs a stream's records up to `number` no longer; return whether it was known before.

    With None it is only made known, so that records that it has not had are kept for it.
    """
    if not (state := kept()):
        return False
    table = stream.split("/")[1]
    with dynamodb_lock:
        positions = dict(state.read(_POSITION, table))
        known = function in positions
        if number is not None or not known:
            positions[function] = number or "0"
            state.write([Change(_POSITION, table, function, positions[function])])
        if number is not None:
            _trim(state, table, min(map(int, positions.values())))
    return known


def _trim(state: State, name: str, done: int) -> None:
    """Forget the records that every function has had, and those that are older than a day."""
    shard = dynamodb_backends[ACCOUNT][current().world.region].tables[name].stream_shard
    if shard is None:
        return
    oldest = time.time() - _RECORD_SECONDS
    count = 0
    for record in shard.items:
        facts = record.record["dynamodb"]
        made = facts["ApproximateCreationDateTime"].replace(tzinfo=datetime.UTC).timestamp()
        if int(facts["SequenceNumber"]) > done and made > oldest:
            break
        count += 1
    first = shard.starting_sequence_number
    state.write(Change(_RECORD, name, str(number)) for number in range(first, first + count))
    del shard.items[:count]
    shard.starting_sequence_number += count


def _restore_table(state: State, table: Table) -> None:
    for _, attributes in state.read(_ITEM, table.name):
        _put(table, attributes)
    if (shard := table.stream_shard) is None:
        return
    records = state.read(_RECORD, table.name)
    done = [int(number) for _, number in state.read(_POSITION, table.name)]
    # Numbers go on where they ended: a function's position must never be ahead of its stream.
    first = int(records[0][0]) if records else max([shard.starting_sequence_number - 1, *done]) + 1
    shard.starting_sequence_number = first
    shard.items = [_record_of(record) for _, record in records]
    current().written[table.name] = first + len(records)


def _forget_iterators() -> None:
    """Gap: moto keeps every iterator over a stream for ever; a poller makes five of them a second."""
    original = DynamoDBStreamsBackend.get_records

    def patched(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
        found = original(self, iterator_arn, limit)
        for oldest in list(self.shard_iterators)[:-_ITERATORS]:
            self.shard_iterators.pop(oldest, None)
        return found

    DynamoDBStreamsBackend.get_records = patched  # type: ignore[method-assign]


def _put(table: Table, attributes: dict[str, Any]) -> None:
    hash_key = DynamoType(attributes[table.hash_key_attr])
    range_key = DynamoType(attributes[table.range_key_attr]) if table.range_key_attr else None
    item = Item(hash_key, range_key, attributes)
    if range_key:
        table.items[hash_key][range_key] = item
    else:
        table.items[hash_key] = item  # type: ignore[assignment]


def _record_of(value: dict[str, Any]) -> StreamRecord:
    record: Any = StreamRecord.__new__(StreamRecord)
    made = datetime.datetime.fromtimestamp(value["dynamodb"]["ApproximateCreationDateTime"], datetime.UTC)
    value["dynamodb"]["ApproximateCreationDateTime"] = made.replace(tzinfo=None)
    record.record = value
    return cast("StreamRecord", record)


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Return attributes or a record as JSON has them: bytes in base64, as DynamoDB sends them, and times in seconds."""

    def convert(one: Any) -> Any:  # noqa: ANN401
        if isinstance(one, datetime.datetime):
            return one.replace(tzinfo=datetime.UTC).timestamp()
        return base64.b64encode(one).decode()

    return json.loads(json.dumps(value, default=convert))


# --- objects ---

_touched: ContextVar[set[tuple[str, str]] | None] = ContextVar("_touched", default=None)


def objects(app: WSGIApplication) -> WSGIApplication:
    """Write which objects a request to S3 has stored or deleted, before it is answered."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        state = kept()
        if not state or "HTTP_X_AMZ_TARGET" in environ or environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            return app(environ, start_response)
        token = _touched.set(set())
        try:
            answer = app(environ, start_response)
            if touched := _touched.get():
                state.write(_object_change(*one) for one in sorted(touched))
                state.bodies.delete_discarded()
            return answer
        finally:
            _touched.reset(token)

    return call


def _note_objects() -> None:
    """Note each object that moto stores or deletes; its settings follow in the same request."""
    for method in ("put_object", "delete_object"):
        setattr(S3Backend, method, _noting(getattr(S3Backend, method)))


def _noting(original: Callable[..., Any]) -> Callable[..., Any]:
    def patched(self: S3Backend, bucket_name: str, key_name: str, *args: Any, **named: Any) -> Any:  # noqa: ANN401
        result = original(self, bucket_name, key_name, *args, **named)
        if (touched := _touched.get()) is not None and not bucket_name.startswith(_CDK):
            touched.add((bucket_name, key_name))
        return result

    return patched


def _object_change(bucket: str, key: str) -> Change:
    model = s3_backends[ACCOUNT][PARTITION].buckets.get(bucket)
    found: Any = model.keys.get(key) if model else None
    if not isinstance(found, FakeKey):
        return Change(OBJECT, bucket, key)
    body = found._body  # type: ignore[attr-defined]
    value = {
        "file": body.path.name,
        "size": body.size,
        "etag": found.etag.strip('"'),
        "modified": found.last_modified.isoformat(),
        "metadata": dict(found.metadata),
        "encryption": found.encryption,
        "checksum": {name: getattr(found, name) for name in _CHECKSUM},
    }
    return Change(OBJECT, bucket, key, value)


def _restore_bucket(state: State, bucket: FakeBucket) -> None:
    for name, value in state.read(OBJECT, bucket.name):
        key = FakeKey(
            name,
            state.bodies.offer(state.bodies.stored(value["file"])),
            bucket.account_id,
            bucket.region_name,
            etag=value["etag"],
            version_id="null",
            bucket_name=bucket.name,
            encryption=value["encryption"],
        )
        key.last_modified = datetime.datetime.fromisoformat(value["modified"])
        key.set_metadata(value["metadata"])
        for attribute, content in value["checksum"].items():
            setattr(key, attribute, content)
        bucket.keys.setlist(name, [key])


# --- queues ---


def _write_messages() -> None:
    add, delete, purge = Queue.add_message, Queue.delete_message, SQSBackend.purge_queue

    def added(self: Queue, message: Message) -> None:
        if state := kept():
            value = {
                "body": message.body,
                "attributes": _plain(message.message_attributes),
                "system": _plain(message.system_attributes),
                "sent": message.sent_timestamp,
            }
            former = current().queues.get(
                message.id, self.name
            )  # another one if it comes to the dead letters
            state.write(
                [Change(_MESSAGE, former, message.id), Change(_MESSAGE, self.name, message.id, value)]
            )
            current().queues[message.id] = self.name
        add(self, message)

    def forget(queue: Queue, messages: Iterable[Message]) -> None:
        if state := kept():
            gone = [message.id for message in messages]
            state.write(Change(_MESSAGE, queue.name, one) for one in gone)
            for one in gone:
                current().queues.pop(one, None)

    def deleted(self: Queue, receipt_handle: str) -> None:
        found = [one for one in self._messages if one.had_receipt_handle(receipt_handle)]
        delete(self, receipt_handle)
        forget(self, found)

    def purged(self: SQSBackend, queue_name: str) -> None:
        queue = self.get_queue(queue_name)
        found = list(queue._messages)
        purge(self, queue_name)
        forget(queue, found)

    Queue.add_message = added  # type: ignore[method-assign]
    Queue.delete_message = deleted  # type: ignore[method-assign]
    SQSBackend.purge_queue = purged  # type: ignore[method-assign]


def _restore_queue(state: State, queue: Queue) -> None:
    """Bring a queue's messages back. All are visible: nobody works on them any longer."""
    held = {message.id for message in queue._messages}
    rows = state.read(_MESSAGE, queue.name)
    for identifier, value in sorted(rows, key=lambda row: row[1]["sent"]):
        if identifier not in held:
            message = Message(identifier, value["body"], value["system"])
            message.message_attributes = value["attributes"]
            message.sent_timestamp = value["sent"]
            queue.add_message(message)
