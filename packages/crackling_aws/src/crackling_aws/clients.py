"""Create AWS clients on first use: creating one adds about a tenth of a second to a cold start."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import boto3
from botocore.config import Config

from crackling_aws.stores.objects import CONNECTIONS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# "standard" retries throttling and time-outs with jitter. A retry may repeat a write that took effect: every
# conditional write in the stores reads a failed condition as "already done".
_RETRIES = Config(
    retries={"mode": "standard", "total_max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=CONNECTIONS,
)
# By default boto3 presigns addresses of the global host. That host redirects requests for a new bucket for hours, and a browser
# does not send a form again to where it is redirected; buckets in regions opened after March 2019 cannot be reached through it.
_REGIONAL = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
)
# For the request that submits a job: its user waits, and API Gateway waits at most 29 s.
_BRIEF = _RETRIES.merge(
    Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=5)
)


class Clients(Protocol):
    """Describe the clients that handlers use; tests pass fakes instead."""

    @property
    def dynamodb(self) -> DynamoDBClient: ...
    @property
    def s3(self) -> S3Client: ...
    @property
    def sqs(self) -> SQSClient: ...
    @property
    def sns(self) -> SNSClient: ...
    @property
    def ssm(self) -> SSMClient: ...
    @property
    def ec2(self) -> EC2Client: ...


class AwsClients:
    """Provide the clients of the account and region that the environment names."""

    @cached_property
    def dynamodb(self) -> DynamoDBClient:
        return boto3.client("dynamodb", config=_RETRIES)

    @cached_property
    def s3(self) -> S3Client:
        return boto3.client("s3", config=_RETRIES.merge(_REGIONAL))

    @cached_property
    def sqs(self) -> SQSClient:
        return boto3.client("sqs", config=_RETRIES)

    @cached_property
    def sns(self) -> SNSClient:
        return boto3.client("sns", config=_BRIEF)

    @cached_property
    def ssm(self) -> SSMClient:
        return boto3.client("ssm", config=_RETRIES)

    @cached_property
    def ec2(self) -> EC2Client:
        return boto3.client("ec2", config=_RETRIES)
