"""Connect the clients of AWS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

from delivery.program import DeliveryError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

    from delivery.stacks.visitor import UserPools

AWS_ERRORS = (BotoCoreError, ClientError)
"""The errors that a call may raise."""

_RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 6})


@dataclass(frozen=True)
class Aws:
    ec2: EC2Client
    ssm: SSMClient
    cloudformation: CloudFormationClient
    s3: S3Client
    users: UserPools


def connect() -> Aws:
    """Return clients for the region, the credentials and the endpoint that the environment names.

    Raises:
        DeliveryError: it names no region.
    """
    try:
        return Aws(
            ec2=boto3.client("ec2", config=_RETRIES),
            ssm=boto3.client("ssm", config=_RETRIES),
            cloudformation=boto3.client("cloudformation", config=_RETRIES),
            s3=boto3.client("s3", config=_RETRIES),
            users=boto3.client("cognito-idp", config=_RETRIES),
        )
    except NoRegionError:
        raise DeliveryError("the environment names no region; set AWS_DEFAULT_REGION") from None
