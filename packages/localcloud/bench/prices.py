"""List AWS's prices: list prices of us-east-1 in US dollars, without free tiers and volume discounts.

Collected on DATE; docs/costs.md names the source pages. The prices are for x86; Lambda on arm64 costs a fifth less.
"""

from __future__ import annotations

from typing import Final

from localcloud.metering import Charge

DATE: Final = "2026-11-22"
MILLION: Final = 1_000_000

LAMBDA_GB_SECOND: Final = 0.0000166667
LAMBDA_REQUEST: Final = 0.20 / MILLION
LAMBDA_SCRATCH_GB_SECOND: Final = 0.0000000309  # for /tmp beyond the first 512 MB
API_REQUEST: Final = 3.50 / MILLION  # API Gateway, REST
CLOUDFRONT_REQUEST: Final = 1.00 / MILLION  # HTTPS, United States and Europe
STORED_GB_MONTH: Final = 0.023  # S3
VOLUME_GB_MONTH: Final = 0.08  # EBS, gp3
TRANSFER_GB: Final = 0.09  # from S3 and API Gateway to the internet
INSTANCE_HOUR: Final = {
    "r6i.xlarge": 0.252,
    "r6i.2xlarge": 0.504,
    "r6i.4xlarge": 1.008,
    "r6i.8xlarge": 2.016,
}  # Linux
ADDRESS_HOUR: Final = 0.005  # a public IPv4 address
LOG_BYTE: Final = 0.50 / 1024**3
SERVICES: Final = {
    Charge.DYNAMODB_WRITE: 0.625 / MILLION,
    Charge.DYNAMODB_READ: 0.125 / MILLION,
    Charge.S3_WRITE: 0.005 / 1000,
    Charge.S3_READ: 0.0004 / 1000,
    Charge.SQS: 0.40 / MILLION,
}
