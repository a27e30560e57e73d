"""Turn a job's stream record into one message per word."""

import json
import os
from typing import Any

import boto3


def handler(event: dict[str, Any], _context: object) -> dict[str, list[Any]]:
    for record in event["Records"]:
        job = record["dynamodb"]["NewImage"]
        for number, word in enumerate(job["words"]["L"]):
            body = {"job": job["job"]["S"], "number": number, "word": word["S"]}
            boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=json.dumps(body))
    return {"batchItemFailures": []}
