"""Provide a custom resource; answer FAILED on request."""

import json
import urllib.request
from typing import Any


def handler(event: dict[str, Any], _context: object) -> None:
    failed = event["ResourceProperties"].get("Fail") == "true" and event["RequestType"] != "Delete"
    answer = {
        "Status": "FAILED" if failed else "SUCCESS",
        "Reason": "as it was told to",
        "PhysicalResourceId": "custom",
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Said": event["RequestType"]},
    }
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).close()
