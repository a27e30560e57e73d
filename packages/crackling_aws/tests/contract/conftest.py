"""Run every test here on the fakes and on moto, so that the fakes cannot drift from AWS's behaviour."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID  # type: ignore[attr-defined]
from moto.sns.models import sns_backends

from fakes.dynamodb import TABLE_KEYS, FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import FakeSNS
from fakes.sqs import FakeSQS

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = {"number"}


@pytest.fixture(params=["fake", "moto"])
def cloud(request: pytest.FixtureRequest) -> Iterator[SimpleNamespace]:
    """Clients, the address of a queue and a topic's ARN, and functions that tell which bodies and emails those took."""
    if request.param == "fake":
        sent: list[str] = []
        emails: list[tuple[str, str, str]] = []
        sns = FakeSNS(lambda email: emails.append((email.to, email.subject, email.text)))
        sqs = FakeSQS(lambda _url, body: sent.append(body))
        yield SimpleNamespace(
            dynamodb=FakeDynamoDB(), s3=FakeS3(), sqs=sqs, queue="queue", sent=lambda: sent,
            sns=sns, topic="arn:aws:sns:eu-west-1:000000000000:topic", confirm=sns.confirm, emails=lambda: emails,
        )  # fmt: skip
    else:
        with mock_aws():
            yield _moto()


def _moto() -> SimpleNamespace:
    dynamodb, s3 = (
        boto3.client("dynamodb", region_name="eu-west-1"),
        boto3.client("s3", region_name="eu-west-1"),
    )
    sqs, sns = boto3.client("sqs", region_name="eu-west-1"), boto3.client("sns", region_name="eu-west-1")
    kinds: tuple[Literal["HASH", "RANGE"], ...] = ("HASH", "RANGE")
    for table, keys in TABLE_KEYS.items():
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": name, "KeyType": kind} for name, kind in zip(keys, kinds, strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"} for name in keys
            ],
        )
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]

    def sent() -> list[str]:
        bodies: list[str] = []
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in found]
        return bodies

    topic = sns.create_topic(Name="topic")["TopicArn"]

    def emails() -> list[tuple[str, str, str]]:
        """Return the emails that moto would have sent, according to the filters: it sends none."""
        backend = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"]
        return [
            (subscription.endpoint, subject or "", text)
            for _, text, subject, attributes, _ in backend.topics[topic].sent_notifications
            for subscription in backend.subscriptions.values()
            if (matcher := subscription._filter_policy_matcher) and matcher.matches(attributes, text)
        ]

    return SimpleNamespace(
        dynamodb=dynamodb, s3=s3, sqs=sqs, queue=queue, sent=sent, sns=sns, topic=topic, emails=emails,
        confirm=lambda _address: None,
    )  # fmt: skip
