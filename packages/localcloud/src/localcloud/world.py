"""The one account and region that the local cloud has, and clients that talk to it."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

ACCOUNT = "123456789012"
PARTITION = "aws"

Properties = dict[str, Any]
"""The properties of a CloudFormation resource, or of an AWS API call: shaped by AWS, not by us."""


@dataclass(frozen=True)
class Credentials:
    """An access key of the local cloud. Nothing outside of it accepts these."""

    access_key: str
    secret_key: str
    session_token: str = "local-session-token"  # noqa: S105 - nothing to keep secret in an emulator


DEVELOPER = Credentials("AKIALOCALDEVELOPER00", "local-developer-secret")
"""Whoever deploys: the CDK CLI, the tests, the emulator itself. Its calls are not held against any role."""


@dataclass(frozen=True)
class World:
    """Where the local cloud answers: `endpoint` (for every service) and `region`."""

    endpoint: str
    region: str

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """A cached, thread-safe client of one service, with the developer's credentials."""
        with _CLIENTS_LOCK:
            return _client(self.endpoint, self.region, service)

    def environment(self, credentials: Credentials = DEVELOPER) -> dict[str, str]:
        """Variables that point any AWS SDK or tool at the local cloud, and at nothing else."""
        return {
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


_CLIENTS_LOCK = threading.Lock()


@functools.cache
def _client(endpoint: str, region: str, service: str) -> Any:  # noqa: ANN401
    # Long polls last 20 s at most; the pump's pollers and the front door share one client of a service.
    # Buckets of today take presigned requests of version 4 only; botocore still makes version 2 in us-east-1.
    config = Config(
        retries={"total_max_attempts": 2},
        max_pool_connections=50,
        read_timeout=900,
        signature_version="s3v4" if service == "s3" else None,
    )
    return botocore.session.get_session().create_client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=DEVELOPER.access_key,
        aws_secret_access_key=DEVELOPER.secret_key,
        aws_session_token=DEVELOPER.session_token,
        config=config,
    )
