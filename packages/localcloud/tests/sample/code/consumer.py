"""Write one row per word; "poison" fails alone, without the rest of its batch."""

import json
import os
from typing import Any

import boto3

DYNAMODB = boto3.resource("dynamodb")


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    failed = []
    for record in event["Records"]:
        message = json.loads(record["body"])
        if message["word"] == "poison":
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        DYNAMODB.Table(os.environ["ROWS_TABLE"]).put_item(Item=message)
        DYNAMODB.Table(os.environ["JOBS_TABLE"]).update_item(
            Key={"job": message["job"]},
            UpdateExpression="ADD done :one",
            ExpressionAttributeValues={":one": 1},
        )
    return {"batchItemFailures": failed}
