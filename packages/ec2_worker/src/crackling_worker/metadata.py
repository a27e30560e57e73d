"""Read the instance's metadata from version 2 of the metadata service (every request carries a token)."""

from __future__ import annotations

import http.client
import json
import logging
import os
import time
import urllib.error
import urllib.request
from typing import Final

from crackling_worker.logs import LOGGER

# The variable by which boto3 finds the service too.
ENDPOINT_VARIABLE: Final = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
SERVICE: Final = "http://169.254.169.254"
TOKEN_SECONDS: Final = 6 * 3600
TIMEOUT_SECONDS: Final = 5.0
WAIT_SECONDS: Final = 60.0
_UNAUTHORISED: Final = 401


logger = logging.getLogger(LOGGER)


class MetadataError(Exception):
    """Raised when there is no metadata service, or it lacks what every instance has; the message says what."""


class Metadata:
    """Read the metadata of this instance."""

    def __init__(self, endpoint: str | None = None) -> None:
        self._endpoint = (endpoint or os.environ.get(ENDPOINT_VARIABLE) or SERVICE).rstrip("/")
        self._token: str | None = None
        self._interruption_unknown = False
        # No proxy stands between an instance and its own metadata.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def wait(self, seconds: float = WAIT_SECONDS) -> None:
        """Wait until the service answers: early in a machine's life its network may not be up.

        Raises:
            MetadataError: it did not in time.
        """
        end = time.monotonic() + seconds
        while True:
            try:
                self.instance_id()
            except MetadataError:
                if time.monotonic() >= end:
                    raise
                time.sleep(1)
            else:
                return

    def instance_id(self) -> str:
        """Return this instance's id.

        Raises:
            MetadataError: there is no metadata service.
        """
        return self._required("instance-id")

    def region(self) -> str:
        """Return the region that this instance is in.

        Raises:
            MetadataError: there is no metadata service.
        """
        return self._required("placement/region")

    def tag(self, key: str) -> str | None:
        """Return the value of one of the instance's tags; None if it has no such tag, or hides its tags.

        Raises:
            MetadataError: there is no metadata service.
        """
        return self._get(f"tags/instance/{key}")

    def interruption(self) -> str | None:
        """Return what AWS is about to do with this spot instance, and when; None without a notice or an answer."""
        try:
            notice = self._get("spot/instance-action")
        except MetadataError as error:
            # One failed request must not end hours of work; the next poll asks again.
            if not self._interruption_unknown:
                logger.warning("Spot interruptions are not seen for the time being: %s", error)
            self._interruption_unknown = True
            return None
        self._interruption_unknown = False
        if notice is None:
            return None
        try:
            facts = json.loads(notice)
            return f"AWS will {facts['action']} this spot instance at {facts['time']}"
        except (ValueError, KeyError, TypeError):
            return "AWS will take this spot instance back"

    def _required(self, path: str) -> str:
        if (value := self._get(path)) is None:
            raise MetadataError(f"The instance's metadata has no {path}")
        return value

    def _get(self, path: str) -> str | None:
        address = f"{self._endpoint}/latest/meta-data/{path}"
        for _ in range(2):
            self._token = self._token or self._new_token()
            status, text = self._request("GET", address, {"X-aws-ec2-metadata-token": self._token})
            if status != _UNAUTHORISED:
                break
            self._token = None  # it ran out
        if status == 200:
            return text
        if status == 404:
            return None
        raise MetadataError(f"The instance's metadata service answered {status} for {path}")

    def _new_token(self) -> str:
        lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_SECONDS)}
        status, token = self._request("PUT", f"{self._endpoint}/latest/api/token", lifetime)
        if status != 200:
            raise MetadataError(f"The instance's metadata service gave no token ({status})")
        return token

    def _request(self, method: str, address: str, headers: dict[str, str]) -> tuple[int, str]:
        request = urllib.request.Request(address, method=method, headers=headers)  # noqa: S310 - our own constant
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, ""
        except (OSError, http.client.HTTPException) as error:
            raise MetadataError(
                f"The metadata service does not answer ({type(error).__name__}); is this an EC2 instance?"
            ) from None
