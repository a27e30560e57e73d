"""Test the gaps of moto's transactions."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends

from gap import fresh, shows_gap
from localcloud.world import ACCOUNT

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud
    from localcloud.world import World


def make_table(world: World) -> str:
    """Create a table with a range key and a stream; return its name."""
    name = fresh("transactions")
    world.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "k", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    return name


def item(number: int, **more: Any) -> dict[str, Any]:
    return {"k": {"S": "key"}, "n": {"N": str(number)}, **more}


def cancelled(world: World, table: str) -> None:
    """Send a transaction that changes item 1, adds item 2, removes item 3, and fails at its last condition."""
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

    shows_gap(stock, cloud.world, probe)


def test_a_cancelled_transaction_changes_nothing(cloud: LocalCloud) -> None:
    table, dynamodb = make_table(cloud.world), cloud.client("dynamodb")
    before = [item(1, v={"S": "old"}), item(3)]
    for one in before:
        dynamodb.put_item(TableName=table, Item=one)
    cancelled(cloud.world, table)
    assert dynamodb.scan(TableName=table)["Items"] == before


def test_a_transaction_copies_no_table(cloud: LocalCloud) -> None:
    """The table holds an object that cannot be copied: a lock."""
    table, dynamodb = make_table(cloud.world), cloud.client("dynamodb")
    model = dynamodb_backends[ACCOUNT][cloud.world.region].get_table(table)
    model.lock = threading.Lock()  # type: ignore[attr-defined]
    dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": table, "Item": item(1)}}])
    assert dynamodb.scan(TableName=table)["Items"] == [item(1)]
