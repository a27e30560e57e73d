"""Answer the API: POST /jobs {words} stores a job; GET /jobs/{id} returns it; the other paths are for tests."""

import json
import os
import subprocess
import time
import uuid
from typing import Any

import boto3
from botocore.config import Config
from sample_layer import reply

JOBS: Any = boto3.resource("dynamodb").Table(os.environ["JOBS_TABLE"])


def handler(event: dict[str, Any], context: Any) -> dict[str, object]:
    method, resource = event["httpMethod"], event["resource"]
    if (method, resource) == ("POST", "/jobs"):
        job = uuid.uuid4().hex
        words = json.loads(event["body"])["words"]
        JOBS.put_item(Item={"job": job, "words": words}, ConditionExpression="attribute_not_exists(job)")
        return reply(202, json.dumps({"job": job}))
    if resource == "/jobs/{job}":
        item = JOBS.get_item(Key={"job": event["pathParameters"]["job"]}, ConsistentRead=True).get("Item")
        return reply(200, json.dumps({"done": int(item.get("done", 0))})) if item else reply(404, "{}")
    if resource == "/sleep":
        time.sleep(60)
    if resource == "/crash":
        os._exit(9)
    if resource == "/forbidden":
        boto3.client("ssm").get_parameter(Name="/sample/secret")
    if resource == "/upload":
        post = boto3.client("s3", config=Config(signature_version="s3v4")).generate_presigned_post(
            os.environ["BUCKET"],
            "uploads/${filename}",
            ExpiresIn=60,
            Conditions=[["starts-with", "$key", "uploads/"], ["content-length-range", 1, 100]],
        )
        return reply(200, json.dumps(post))
    told = {
        "program": subprocess.run(["sample-program"], capture_output=True, text=True).stdout.strip(),
        "variables": sorted(os.environ),
        "query": event["queryStringParameters"],
        "remaining": context.get_remaining_time_in_millis(),
        "temporary": os.environ["TMPDIR"],
    }
    return reply(200, json.dumps(told))
