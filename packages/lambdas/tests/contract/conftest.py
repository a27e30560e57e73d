"""Every test here runs on the fake and on moto: the fake cannot drift from what the simulator trusts."""

from __future__ import annotations

from types import SimpleNamespace

import boto3
import pytest
from moto import mock_aws

from fakes.dynamodb import FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sqs import FakeSQS
from simulator.world import KEYS

NUMBERS = {"chunk"}


@pytest.fixture(params=["fake", "moto"])
def cloud(request):
    """Clients, the address of a queue, and a function that tells which bodies it took."""
    if request.param == "fake":
        sent = []
        sqs = FakeSQS(lambda _url, body: sent.append(body))
        yield SimpleNamespace(
            dynamodb=FakeDynamoDB(KEYS), s3=FakeS3(), sqs=sqs, queue="queue", sent=lambda: sent
        )
    else:
        with mock_aws():
            yield _moto()


def _moto():
    dynamodb, s3, sqs = (
        boto3.client(service, region_name="eu-west-1") for service in ("dynamodb", "s3", "sqs")
    )
    for table, keys in KEYS.items():
        dynamodb.create_table(
            TableName=table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": name, "KeyType": kind}
                for name, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "N" if name in NUMBERS else "S"} for name in keys
            ],
        )
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]

    def sent():
        bodies = []
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            bodies += [message["Body"] for message in found]
        return bodies

    return SimpleNamespace(dynamodb=dynamodb, s3=s3, sqs=sqs, queue=queue, sent=sent)
