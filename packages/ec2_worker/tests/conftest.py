from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING

import boto3
import pytest
from moto import mock_aws

from localcloud.standins.imds import MetadataStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

# A test without its fakes reaches neither an account nor this machine's own metadata.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1",
}


@pytest.fixture
def imds() -> Iterator[MetadataStandIn]:
    with MetadataStandIn() as stand_in:
        yield stand_in


KEYS = {"jobs": ["jobId"], "genomes": ["genomeId", "item"]}


@pytest.fixture
def clients() -> Iterator[SimpleNamespace]:
    """Return clients of an account on moto with the tables, the bucket and the queue."""
    with mock_aws():
        made = SimpleNamespace(**{name: boto3.client(name) for name in ("dynamodb", "s3", "sqs", "ssm")})
        for table, keys in KEYS.items():
            made.dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            )
        made.s3.create_bucket(Bucket="genome", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        made.queue = made.sqs.create_queue(QueueName="scan")["QueueUrl"]
        yield made
