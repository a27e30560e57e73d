"""Connect the clients of AWS that only questions about an account need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_freetier import FreeTierClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_service_quotas import ServiceQuotasClient
    from mypy_boto3_ssm import SSMClient

    from delivery.aws import Aws

_GLOBAL_REGION = "us-east-1"
"""Where the services that have no regions are asked."""
# Fewer attempts than elsewhere: a question that is not answered stops nothing.
_QUICKLY = Config(retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=10, read_timeout=20)


@dataclass(frozen=True)
class AccountClients:
    """`global_quotas` knows the quotas of the services that have no regions."""

    ec2: EC2Client
    ssm: SSMClient
    functions: LambdaClient
    quotas: ServiceQuotasClient
    global_quotas: ServiceQuotasClient
    cloudfront: CloudFrontClient
    freetier: FreeTierClient
    cloudformation: CloudFormationClient


def connect_account(aws: Aws) -> AccountClients:
    """Return clients for the same account and region as `aws`."""
    region = aws.ec2.meta.region_name
    return AccountClients(
        ec2=aws.ec2,
        ssm=aws.ssm,
        functions=boto3.client("lambda", region_name=region, config=_QUICKLY),
        quotas=boto3.client("service-quotas", region_name=region, config=_QUICKLY),
        global_quotas=boto3.client("service-quotas", region_name=_GLOBAL_REGION, config=_QUICKLY),
        cloudfront=boto3.client("cloudfront", region_name=_GLOBAL_REGION, config=_QUICKLY),
        freetier=boto3.client("freetier", region_name=_GLOBAL_REGION, config=_QUICKLY),
        cloudformation=boto3.client("cloudformation", region_name=region, config=_QUICKLY),
    )
