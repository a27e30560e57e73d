"""Define the one account and region of an emulator, and create clients for it."""

from __future__ import annotations

import functools
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "123456789012"
PARTITION = "aws"

Properties = dict[str, Any]
"""The properties of a CloudFormation resource, or of an AWS API call; AWS defines their structure, not we."""


@dataclass(frozen=True)
class Credentials:
    """An access key of the local cloud, which nothing else accepts."""

    access_key: str
    secret_key: str
    session_token: str = "local-session-token"  # noqa: S105 - nothing to keep secret in an emulator


DEVELOPER = Credentials("AKIALOCALDEVELOPER00", "local-developer-secret")
"""The developer who deploys: the CDK CLI, the tests, the emulator itself. No role restricts these calls."""


@dataclass(frozen=True)
class World:
    """The address of an emulator: `endpoint` (for every service) and `region`. On https, `certificate` is the file of its own."""

    endpoint: str
    region: str
    certificate: Path | None = None

    @property
    def numeric_endpoint(self) -> str:
        """Return the endpoint for deployed programs, whose clients put a bucket before the host's name.

        No resolver knows `bucket.localhost`; for a number botocore puts the bucket into the path.
        """
        return self.endpoint.replace("localhost", "127.0.0.1", 1)

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore makes its clients at run time
        """Return a cached, thread-safe client of one service, with the developer's credentials."""
        with _CLIENTS_LOCK:
            return _client(self.endpoint, self.region, service, self.certificate)

    def environment(self, credentials: Credentials = DEVELOPER) -> dict[str, str]:
        """Return the variables that point any AWS SDK or tool at the local cloud, and at nothing else."""
        return {
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            **({name: str(self.certificate) for name in _CERTIFICATES} if self.certificate else {}),
        }


_CERTIFICATES = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates: for the SDKs, for Node, and for OpenSSL."""

_CLIENTS_LOCK = threading.Lock()


@functools.cache
def _client(endpoint: str, region: str, service: str, certificate: Path | None) -> Any:  # noqa: ANN401
    # Long polls last 20 s at most. The pump's pollers and the front door share one client per service.
    # Newer buckets accept only version 4 of presigned requests; botocore still makes version 2 in us-east-1.
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
        verify=str(certificate) if certificate else None,
        aws_access_key_id=DEVELOPER.access_key,
        aws_secret_access_key=DEVELOPER.secret_key,
        aws_session_token=DEVELOPER.session_token,
        config=config,
    )
