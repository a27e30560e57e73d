"""Test that a local cloud with a folder has its state again after it ended in whatever way, and which folders it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import keeper
from localcloud.state import OBJECT, Change, State, StateError
from localcloud.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ITEM = {
    "k": {"S": "a \u2028 b/é"}, "n": {"N": "1.5"}, "b": {"B": b"\x00\xff"}, "s": {"SS": ["x", "y"]}, "e": {"S": ""},
    "m": {"M": {"l": {"L": [{"BOOL": True}, {"NULL": True}, {"B": b"\x01"}]}}},
}  # fmt: skip
KEY = {"k": ITEM["k"], "n": ITEM["n"]}
OBJECT_KEY = "jobs/../ü/query.fa"


@dataclass(frozen=True)
class Kept:
    """A running local cloud, and the names of its stack's resources."""

    process: subprocess.Popen[str]
    names: dict[str, str]

    def client(self, service: str) -> Any:
        return World(self.names["endpoint"], "us-east-1").client(service)

    def item(self) -> Any:
        return self.client("dynamodb").get_item(TableName=self.names["Items"], Key=KEY).get("Item")

    def object(self) -> Any:
        return self.client("s3").get_object(Bucket=self.names["Objects"], Key=OBJECT_KEY)

    def url(self, queue: str) -> str:
        return str(
            self.client("sqs").get_queue_url(QueueName=self.names[queue].rsplit("/", 1)[-1])["QueueUrl"]
        )

    def send(self, body: str) -> None:
        note = {"note": {"DataType": "String", "StringValue": "n"}}
        self.client("sqs").send_message(
            QueueUrl=self.url("Messages"), MessageBody=body, MessageAttributes=note
        )

    def receive(self, queue: str = "Messages") -> list[dict[str, Any]]:
        answer = self.client("sqs").receive_message(
            QueueUrl=self.url(queue),
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            VisibilityTimeout=1,
        )
        return list(answer.get("Messages", []))

    def records(self) -> list[tuple[str, str]]:
        """Return the stream's records: what happened, and the number of the item."""
        client, table = self.client("dynamodbstreams"), self.names["Items"]
        arn = self.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        [shard] = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = client.get_records(ShardIterator=iterator)["Records"]
        return [(one["eventName"], one["dynamodb"]["Keys"]["n"]["N"]) for one in found]


@contextmanager
def running(folder: Path, end: int = signal.SIGKILL) -> Iterator[Kept]:
    process = subprocess.Popen(
        [sys.executable, keeper.__file__, str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield Kept(process, json.loads(process.stdout.readline()))
    finally:
        process.send_signal(end)
        process.communicate()


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_what_was_there_is_there_again(tmp_path: Path, end: int) -> None:
    with running(tmp_path / "data", end) as first:
        dynamodb, s3 = first.client("dynamodb"), first.client("s3")
        dynamodb.put_item(TableName=first.names["Items"], Item=ITEM)
        dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": first.names["Items"], "Item": {**KEY, "n": {"N": str(number)}}}}
                for number in (2, 3)
            ]
        )
        dynamodb.update_item(
            TableName=first.names["Items"], Key=KEY, UpdateExpression="ADD s :z",
            ExpressionAttributeValues={":z": {"SS": ["z"]}},
        )  # fmt: skip
        dynamodb.delete_item(TableName=first.names["Items"], Key={**KEY, "n": {"N": "2"}})
        s3.put_object(Bucket=first.names["Objects"], Key="gone", Body=b"gone")
        s3.put_object(Bucket=first.names["Objects"], Key=OBJECT_KEY, Body=b"old")
        s3.put_object(
            Bucket=first.names["Objects"], Key=OBJECT_KEY, Body=b"ACGT", ContentType="text/plain", Metadata={"a": "b"}
        )  # fmt: skip
        s3.delete_object(Bucket=first.names["Objects"], Key="gone")
        first.send("done")
        [message] = first.receive()
        first.client("sqs").delete_message(
            QueueUrl=first.url("Messages"), ReceiptHandle=message["ReceiptHandle"]
        )
        first.send("in flight")
        assert [one["Body"] for one in first.receive()] == ["in flight"]
        before, item, stored = first.records(), first.item(), first.object()
    assert [path.read_bytes() for path in (tmp_path / "data" / "objects").iterdir()] == [b"ACGT"]
    with running(tmp_path / "data", end) as second:
        assert {key: name for key, name in second.names.items() if key in ("Items", "Objects")} == {
            key: name for key, name in first.names.items() if key in ("Items", "Objects")
        }
        assert second.item() == item
        assert second.client("dynamodb").scan(TableName=second.names["Items"])["Count"] == 2
        assert second.records() == before
        again = second.object()
        assert again.pop("Body").read() == b"ACGT"
        for facts in (stored, again):
            facts.pop("ResponseMetadata"), facts.pop("Body", None)
        assert again == stored
        assert second.client("s3").list_objects_v2(Bucket=second.names["Objects"])["KeyCount"] == 1
        [message] = second.receive()
        assert (message["Body"], message["MessageAttributes"]["note"]["StringValue"]) == ("in flight", "n")


def test_a_dead_letter_stays_one_and_the_folder_is_used_by_one_process(tmp_path: Path) -> None:
    with running(tmp_path) as first:
        first.send("poison")
        assert first.receive()
        while not first.receive("Dead"):
            first.receive()
        refused = subprocess.run(
            [sys.executable, keeper.__file__, str(tmp_path)], capture_output=True, text=True, check=False
        )
    assert refused.returncode == 2
    assert (
        refused.stderr == f"{tmp_path}: another process uses this folder; end it, or choose another folder\n"
    )
    with running(tmp_path) as second:
        assert second.receive() == []
        assert [one["Body"] for one in second.receive("Dead")] == ["poison"]


def refusal(folder: Path) -> str:
    with pytest.raises(StateError) as told:
        State(folder)
    return str(told.value)


def filled(folder: Path) -> Path:
    """Make a folder with a row and an object; return the object's file."""
    state = State(folder)
    body = state.bodies.write([b"body"])
    state.write([
        Change("item", "table", "key", {"a": 1}),
        Change(OBJECT, "bucket", "key", {"file": body.path.name, "size": 4}),
    ])  # fmt: skip
    state.close()
    return body.path


def test_another_version_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "version").write_text("99\n")
    assert refusal(tmp_path) == (
        f"{tmp_path}: written by version '99' of the folder's format, and this program knows 1; "
        "run the program that wrote it, or choose a new folder"
    )


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("")
    assert "holds thesis.tex but no state" in refusal(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"thesis.tex", "lock"}


@pytest.mark.parametrize("harm", ["missing", "cut", "rows", "row pages"])
def test_a_damaged_folder_is_refused_in_one_line(tmp_path: Path, harm: str) -> None:
    file, rows = filled(tmp_path), tmp_path / "state.sqlite"
    match harm:
        case "missing":
            file.unlink()
        case "cut":
            file.write_bytes(b"bo")
        case "rows":
            rows.write_bytes(b"no database" * 100)
        case _:
            rows.write_bytes(rows.read_bytes()[:4096] + b"\xff" * 4096)
    told = refusal(tmp_path)
    assert "damaged: " in told
    assert "restore the folder from a back-up, or choose a new one" in told
    assert "\n" not in told


def test_a_file_that_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    file = filled(tmp_path)
    (tmp_path / "objects" / "left").write_bytes(b"half")
    State(tmp_path).close()
    assert list((tmp_path / "objects").iterdir()) == [file]


def test_a_failed_write_writes_nothing(tmp_path: Path) -> None:
    def changes() -> Iterator[Change]:
        yield Change("item", "table", "key", 1)
        raise ValueError

    state = State(tmp_path)
    with pytest.raises(ValueError):  # noqa: PT011
        state.write(changes())
    assert state.read("item", "table") == []
    state.close()
