"""Test usage in the units of AWS's bill, by "DynamoDB read and write operations" in DynamoDB's developer guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from gap import fresh
from localcloud.metering import Charge, item_bytes
from localcloud.world import Credentials

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

CREDENTIALS = Credentials("ASIAMETERINGTESTS000", "secret")
KEY = {"id": {"S": "a"}}
BIG = {**KEY, "blob": {"B": b"x" * 2500}}


class Function:
    """Calls AWS as a deployed function does, and returns what was counted for it."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud, self._name = cloud, fresh("metered")
        cloud.register(self._name, "arn:aws:iam::123456789012:role/metered", CREDENTIALS)

    def client(self, service: str) -> Any:
        connect: Any = boto3.client  # whose stubs list the services by name
        return connect(
            service,
            endpoint_url=self._cloud.world.endpoint,
            region_name=self._cloud.world.region,
            aws_access_key_id=CREDENTIALS.access_key,
            aws_secret_access_key=CREDENTIALS.secret_key,
            config=Config(s3={"addressing_style": "path"}),
        )

    def used(self) -> list[tuple[Charge, float]]:
        return [(one.charge, one.units) for one in self._cloud.usage() if one.function == self._name]

    def messages(self) -> int:
        return sum(one.messages for one in self._cloud.usage() if one.function == self._name)


@pytest.fixture
def function(cloud: LocalCloud) -> Function:
    return Function(cloud)


@pytest.fixture
def table(cloud: LocalCloud) -> str:
    name = fresh("metered")
    cloud.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    item: dict[str, dict[str, Any]] = {
        "text": {"S": "né"},
        "n": {"N": "-12.5"},
        "b": {"B": "AAEC"},
        "set": {"SS": ["ab", "c"]},
        "is": {"BOOL": True},
    }
    assert item_bytes(item) == (4 + 3) + (1 + 3) + (1 + 3) + (3 + 3) + (2 + 1)


def test_a_write_counts_the_whole_item_by_the_kilobyte(function: Function, table: str) -> None:
    dynamodb = function.client("dynamodb")
    dynamodb.put_item(TableName=table, Item=BIG)
    small = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    dynamodb.update_item(TableName=table, Key=KEY, **small)
    dynamodb.delete_item(TableName=table, Key=KEY)
    dynamodb.update_item(TableName=table, Key=KEY, **small)
    assert function.used() == [(Charge.DYNAMODB_WRITE, units) for units in (3, 3, 3, 1)]


def test_a_transaction_counts_each_item_twice(function: Function, table: str) -> None:
    other = {"id": {"S": "b"}}
    writes = [{"Put": {"TableName": table, "Item": item}} for item in (BIG, other)]
    function.client("dynamodb").transact_write_items(TransactItems=writes)
    assert function.used() == [(Charge.DYNAMODB_WRITE, 2 * (3 + 1))]


def test_a_refused_write_counts_too(function: Function, table: str) -> None:
    dynamodb = function.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
        dynamodb.put_item(TableName=table, Item=BIG, ConditionExpression="attribute_exists(id)")
    assert function.used() == [(Charge.DYNAMODB_WRITE, 3)]


def test_an_inconsistent_read_costs_half(function: Function, table: str) -> None:
    dynamodb = function.client("dynamodb")
    dynamodb.put_item(TableName=table, Item={**KEY, "blob": {"B": b"x" * 5000}})
    dynamodb.get_item(TableName=table, Key=KEY, ConsistentRead=True)
    dynamodb.get_item(TableName=table, Key=KEY)
    dynamodb.get_item(TableName=table, Key={"id": {"S": "none"}})
    assert function.used()[1:] == [(Charge.DYNAMODB_READ, units) for units in (2, 1, 0.5)]


def test_a_batch_of_messages_is_one_request(function: Function, cloud: LocalCloud) -> None:
    url = cloud.client("sqs").create_queue(QueueName=fresh("metered"))["QueueUrl"]
    entries = [{"Id": str(number), "MessageBody": "m"} for number in range(3)]
    function.client("sqs").send_message_batch(QueueUrl=url, Entries=entries)
    assert (function.used(), function.messages()) == ([(Charge.SQS, 1)], 3)


def test_objects_are_written_listed_read_and_deleted_for_nothing(
    function: Function, cloud: LocalCloud
) -> None:
    bucket = fresh("metered")
    cloud.client("s3").create_bucket(Bucket=bucket)
    s3 = function.client("s3")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.list_objects_v2(Bucket=bucket)
    s3.get_object(Bucket=bucket, Key="k")
    s3.head_object(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    assert function.used() == [(charge, 1) for charge in (Charge.S3_WRITE,) * 2 + (Charge.S3_READ,) * 2]


def test_what_the_developer_asks_for_is_not_counted(cloud: LocalCloud, table: str) -> None:
    before = cloud.usage()
    cloud.client("dynamodb").put_item(TableName=table, Item=BIG)
    assert cloud.usage() == before


def test_nested_attributes_count_their_elements() -> None:
    item: dict[str, dict[str, Any]] = {
        "l": {"L": [{"S": "ab"}, {"NULL": True}]},
        "m": {"M": {"k": {"N": "12"}}},
        "n": {"NS": ["1", "22"]},
    }
    assert item_bytes(item) == (1 + 3 + (1 + 2) + (1 + 1)) + (1 + 3 + 1 + (1 + 2)) + (1 + 2 + 2)


def test_no_other_service_is_taken_for_s3(function: Function) -> None:
    function.client("sns").list_topics()
    function.client("ec2").describe_regions()
    assert function.used() == []
