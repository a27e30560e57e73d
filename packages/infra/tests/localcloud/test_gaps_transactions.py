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
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name


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

    shows_gap(stock, cloud.world, probe)


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
