"""Delete what has expired, as DynamoDB and S3 do: items by their time to live, objects by the rules of their bucket.

moto keeps both for ever. Nobody notices that in a test, but a folder that a lab uses for months would only grow.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localcloud.world import World

log = logging.getLogger(__name__)
_PAUSE_SECONDS = 3600


class Expiry:
    """Looks for what has expired once an hour, until it is closed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="expiry", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._end.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._end.wait(_PAUSE_SECONDS):
            try:
                delete_expired(self._world, time.time())
            except (BotoCoreError, ClientError) as error:
                log.warning("deleting what has expired: %s", error)  # the next hour tries again


def delete_expired(world: World, now: float) -> None:
    """Delete every item and object that has expired at `now`, in seconds since the epoch."""
    dynamodb, s3 = world.client("dynamodb"), world.client("s3")
    for name in dynamodb.list_tables()["TableNames"]:
        _delete_items(dynamodb, name, now)
    for bucket in s3.list_buckets()["Buckets"]:
        for key in list(_expired(s3, bucket["Name"], now)):
            s3.delete_object(Bucket=bucket["Name"], Key=key)


def _delete_items(dynamodb: Any, table: str, now: float) -> None:  # noqa: ANN401
    settings = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if settings["TimeToLiveStatus"] != "ENABLED":
        return
    keys = [one["AttributeName"] for one in dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]]
    # An item whose attribute is no number never expires.
    expired: dict[str, Any] = {
        "ExpressionAttributeNames": {"#expires": settings["AttributeName"]},
        "ExpressionAttributeValues": {":now": {"N": str(int(now))}, ":number": {"S": "N"}},
    }
    condition = "attribute_type(#expires, :number) AND #expires < :now"
    for page in dynamodb.get_paginator("scan").paginate(
        TableName=table, FilterExpression=condition, **expired
    ):
        for item in page["Items"]:
            key = {name: item[name] for name in keys}
            try:
                dynamodb.delete_item(TableName=table, Key=key, ConditionExpression=condition, **expired)
            except dynamodb.exceptions.ConditionalCheckFailedException:
                continue  # somebody has given it more time


def _expired(s3: Any, bucket: str, now: float) -> Iterator[str]:  # noqa: ANN401
    try:
        rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except ClientError:
        return  # it has none
    for rule in rules:
        if rule["Status"] != "Enabled" or "Days" not in rule.get("Expiration", {}):
            continue
        before = datetime.datetime.fromtimestamp(now, datetime.UTC) - datetime.timedelta(
            days=rule["Expiration"]["Days"]
        )
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, Prefix=rule.get("Filter", {}).get("Prefix", "")
        )
        for page in pages:
            yield from (one["Key"] for one in page.get("Contents", []) if one["LastModified"] < before)
