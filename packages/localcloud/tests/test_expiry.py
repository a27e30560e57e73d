"""Test that what has expired is deleted, and nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from moto.dynamodbstreams.models import dynamodbstreams_backends

from gap import fresh
from localcloud.expiry import delete_expired
from localcloud.world import ACCOUNT
from test_gaps_transactions import item, make_table

if TYPE_CHECKING:
    from localcloud.cloud import LocalCloud

DAY = 24 * 3600


def test_items_expire_by_their_time_to_live(cloud: LocalCloud) -> None:
    dynamodb, table, now = cloud.client("dynamodb"), make_table(cloud.world), int(time.time())
    for number, expires in enumerate([{"N": str(now - 10)}, {"N": str(now + 10)}, {"S": "0"}]):
        dynamodb.put_item(TableName=table, Item=item(number, expires=expires))
    dynamodb.put_item(TableName=table, Item=item(9))
    delete_expired(cloud.world, now)
    assert dynamodb.scan(TableName=table)["Count"] == 4, "the table has no time to live yet"
    dynamodb.update_time_to_live(
        TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    delete_expired(cloud.world, now)
    assert [one["n"]["N"] for one in dynamodb.scan(TableName=table)["Items"]] == ["1", "2", "9"]


def test_objects_expire_by_the_rules_of_their_bucket(cloud: LocalCloud) -> None:
    s3, bucket = cloud.client("s3"), fresh("expiry")
    s3.create_bucket(Bucket=bucket)
    rules = [{"Status": "Enabled", "Filter": {"Prefix": "uploads/"}, "Expiration": {"Days": 7}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    for key in ("uploads/a", "genomes/a"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"body")

    def keys(days: float) -> list[str]:
        delete_expired(cloud.world, time.time() + days * DAY)
        return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]

    assert keys(6.9) == ["genomes/a", "uploads/a"]
    assert keys(7.1) == ["genomes/a"]


def test_a_reader_of_a_stream_leaves_a_bounded_number_of_iterators(cloud: LocalCloud) -> None:
    streams, table = cloud.client("dynamodbstreams"), make_table(cloud.world)
    arn = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    backend = dynamodbstreams_backends[ACCOUNT][cloud.world.region]
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = backend.get_shard_iterator(arn, shard["ShardId"], "TRIM_HORIZON").arn
    for _ in range(1_200):
        iterator = backend.get_records(iterator, 10)["NextShardIterator"]
    assert len(backend.shard_iterators) <= 1_000
    assert streams.get_records(ShardIterator=iterator)["Records"] == []
