"""Look at the deployed queues and tables as an operator of the service would."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crackling_aws.names import LOCAL, service_stack

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcloud.cloud import LocalCloud

STACK = service_stack(LOCAL)


@dataclass(frozen=True)
class Queues:
    """Every queue of the stack; `dead_letters` maps a queue to its dead-letter queue, if it has one."""

    cloud: LocalCloud
    all: tuple[str, ...]
    dead_letters: dict[str, str]

    @classmethod
    def of(cls, cloud: LocalCloud) -> Queues:
        sqs = cloud.client("sqs")
        found = tuple(sqs.list_queues()["QueueUrls"])
        dead_letters = {}
        for url in found:
            policy = _attributes(sqs, url).get("RedrivePolicy")
            if policy:
                name = json.loads(policy)["deadLetterTargetArn"].rsplit(":", 1)[-1]
                dead_letters[url] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return cls(cloud, found, dead_letters)

    def named(self, part: str) -> str:
        """Return the address of the only queue whose name contains `part`."""
        [url] = [url for url in self.all if part in url]
        return url

    def count(self, url: str) -> int:
        """Return the number of messages that wait, are delayed, or are in flight."""
        found = _attributes(self.cloud.client("sqs"), url)
        return sum(
            int(value) for name, value in found.items() if name.startswith("ApproximateNumberOfMessages")
        )

    def take(self, url: str) -> list[str]:
        """Take every message out of a queue, and return the bodies."""
        sqs, bodies = self.cloud.client("sqs"), []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                bodies.append(message["Body"])
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return bodies


def _attributes(sqs: Any, url: str) -> dict[str, str]:
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def items(cloud: LocalCloud, output: str) -> list[dict[str, Any]]:
    """Return every item of the table that the stack's output names."""
    pages = cloud.client("dynamodb").get_paginator("scan").paginate(TableName=cloud.outputs(STACK)[output])
    return [item for page in pages for item in page["Items"]]


def wait_until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until the condition is true; raise AssertionError if that takes too long."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.2)
