<<<<<<< HEAD
"""What moto's transactions lack."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from gap import fresh, shows_gap
from localcloud import LocalCloud, World
from localcloud.world import ACCOUNT


def make_table(world: World) -> str:
    """A table with a range key and a stream; its name."""
    name = fresh("transactions")
    world.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "k", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
=======
"""What moto's transactions do to other items of their tables."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError

from gap import fresh, shows_gap
from localcloud import LocalCloud, World

CONDITION = "attribute_not_exists(id)"


def make_table(world: World) -> str:
    name = fresh("transactions")
    world.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
>>>>>>> benche2e
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name


<<<<<<< HEAD
def item(number: int, **more: Any) -> dict[str, Any]:
    return {"k": {"S": "key"}, "n": {"N": str(number)}, **more}


def cancelled(world: World, table: str) -> None:
    """A transaction that would change item 1, add item 2 and remove item 3, and fails at its last condition."""
    update = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"S": "new"}}}
    with pytest.raises(ClientError, match="TransactionCanceled"):
        world.client("dynamodb").transact_write_items(
            TransactItems=[
                {"Update": {"TableName": table, "Key": item(1), **update}},
                {"Put": {"TableName": table, "Item": item(2)}},
                {"Delete": {"TableName": table, "Key": item(3)}},
                {
                    "ConditionCheck": {
                        "TableName": table,
                        "Key": item(4),
                        "ConditionExpression": "attribute_exists(k)",
                    }
                },
            ]
        )


def test_a_cancelled_transaction_leaves_the_stream_to_its_readers(stock: World, cloud: LocalCloud) -> None:
    def probe(world: World) -> bool:
        table, dynamodb, streams = (
            make_table(world),
            world.client("dynamodb"),
            world.client("dynamodbstreams"),
        )
        arn = dynamodb.describe_table(TableName=table)["Table"]["LatestStreamArn"]
        [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for number in (1, 3):
            dynamodb.put_item(TableName=table, Item=item(number))
        cancelled(world, table)
        dynamodb.put_item(TableName=table, Item=item(5))
        records = streams.get_records(ShardIterator=iterator)["Records"]
        return [record["dynamodb"]["Keys"]["n"]["N"] for record in records] == ["1", "3", "5"]
=======
def put(table: str, identifier: str, **more: str) -> dict[str, dict[str, object]]:
    return {"Put": {"TableName": table, "Item": {"id": {"S": identifier}}, **more}}


def cancel(world: World, table: str) -> None:
    """A transaction that writes, then fails on an item that is there."""
    writes = [put(table, "new"), put(table, "there", ConditionExpression=CONDITION)]
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        world.client("dynamodb").transact_write_items(TransactItems=writes)


def identifiers(world: World, table: str) -> list[str]:
    return sorted(item["id"]["S"] for item in world.client("dynamodb").scan(TableName=table)["Items"])


class Stream:
    """Reads a table's stream on and on, as a poller does."""

    def __init__(self, world: World, table: str) -> None:
        self.client = world.client("dynamodbstreams")
        arn = world.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
        shard = self.client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        self.iterator = self.client.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def read(self) -> list[str]:
        answer = self.client.get_records(ShardIterator=self.iterator)
        self.iterator = answer["NextShardIterator"]
        return [record["dynamodb"]["Keys"]["id"]["S"] for record in answer["Records"]]


def test_a_reader_of_the_stream_hears_of_writes_after_a_cancelled_transaction(
    cloud: LocalCloud, stock: World
) -> None:
    def probe(world: World) -> bool:
        table = make_table(world)
        world.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "there"}})
        stream = Stream(world, table)
        assert stream.read() == ["there"]
        cancel(world, table)
        world.client("dynamodb").put_item(TableName=table, Item={"id": {"S": "later"}})
        return stream.read() == ["later"]
>>>>>>> benche2e

    shows_gap(stock, cloud.world, probe)


<<<<<<< HEAD
def test_a_cancelled_transaction_changes_nothing(cloud: LocalCloud) -> None:
    table, dynamodb = make_table(cloud.world), cloud.client("dynamodb")
    before = [item(1, v={"S": "old"}), item(3)]
    for one in before:
        dynamodb.put_item(TableName=table, Item=one)
    cancelled(cloud.world, table)
    assert dynamodb.scan(TableName=table)["Items"] == before


def test_a_transaction_copies_no_table(cloud: LocalCloud) -> None:
    """A table with something in it that cannot be copied: a lock."""
    table, dynamodb = make_table(cloud.world), cloud.client("dynamodb")
    model = dynamodb_backends[ACCOUNT][cloud.world.region].get_table(table)
    model.lock = threading.Lock()  # type: ignore[attr-defined]
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item(1)}}])
    assert dynamodb.scan(TableName=table)["Items"] == [item(1)]
=======
def test_a_transaction_takes_no_longer_in_a_large_table(cloud: LocalCloud, stock: World) -> None:
    def seconds(world: World, items: int) -> float:
        table = make_table(world)
        for start in range(0, items, 25):
            requests = [{"PutRequest": {"Item": {"id": {"S": str(start + n)}}}} for n in range(25)]
            world.client("dynamodb").batch_write_item(RequestItems={table: requests})
        times = []
        for number in range(5):
            begun = time.perf_counter()
            world.client("dynamodb").transact_write_items(TransactItems=[put(table, f"new{number}")])
            times.append(time.perf_counter() - begun)
        return min(times)

    def probe(world: World) -> bool:
        return seconds(world, 2000) < 4 * seconds(world, 0)

    shows_gap(stock, cloud.world, probe)


def test_a_cancelled_transaction_leaves_nothing(cloud: LocalCloud) -> None:
    world = cloud.world
    table, dynamodb = make_table(world), world.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={"id": {"S": "there"}, "n": {"N": "1"}})
    stream = Stream(world, table)
    stream.read()
    key = {"id": {"S": "there"}}
    writes = [
        {"Update": {"TableName": table, "Key": key, "UpdateExpression": "SET n = :n",
                    "ExpressionAttributeValues": {":n": {"N": "2"}}}},
        put(table, "new"),
        {"ConditionCheck": {"TableName": table, "Key": {"id": {"S": "other"}},
                            "ConditionExpression": "attribute_exists(id)"}},
    ]  # fmt: skip
    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        dynamodb.transact_write_items(TransactItems=writes)
    assert dynamodb.get_item(TableName=table, Key=key)["Item"]["n"] == {"N": "1"}
    assert identifiers(world, table) == ["there"]
    assert stream.read() == []
>>>>>>> benche2e
