"""Read SSM parameters when they are needed, so that a change takes effect without a deployment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_ssm import SSMClient

FRESH_SECONDS = 60.0
_MISSING = frozenset({"ParameterNotFound", "ParameterVersionNotFound"})


class MissingParameterError(Exception):
    """Raised when a parameter does not exist; the message names it."""


class Parameters:
    """Read the parameters of the account. Values are cached for a short while; that one is missing is not cached."""

    def __init__(self, client: SSMClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._cache: dict[str, tuple[str, float]] = {}

    def get(self, name: str, fresh_seconds: float = FRESH_SECONDS) -> str:
        """Return a parameter's value, at most `fresh_seconds` old.

        Raises:
            MissingParameterError: there is none.
        """
        return self._get(name, fresh_seconds, secret=False)

    def get_secret(self, name: str, fresh_seconds: float = FRESH_SECONDS) -> str:
        """Return the clear text of a SecureString, at most `fresh_seconds` old.

        Raises:
            MissingParameterError: there is none.
        """
        return self._get(name, fresh_seconds, secret=True)

    def _get(self, name: str, fresh_seconds: float, *, secret: bool) -> str:
        value, read = self._cache.get(name, ("", float("-inf")))
        if self._clock() - read < fresh_seconds:
            return value
        try:
            value = self._client.get_parameter(Name=name, WithDecryption=secret)["Parameter"]["Value"]
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                raise MissingParameterError(f"There is no SSM parameter {name}") from None
            raise
        self._cache[name] = (value, self._clock())
        return value
