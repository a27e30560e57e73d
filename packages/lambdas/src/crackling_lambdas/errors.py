"""Define the reasons for refusing a request, whose HTTP statuses `api.problems` has, and why an index cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.errors import CracklingError

if TYPE_CHECKING:
    from pathlib import Path


class DamagedIndexError(CracklingError):
    """Raised when a file of an index is missing, damaged, or another than its preparation made."""


class FullDiskError(CracklingError):
    """Raised when a file does not fit even alone; another instance, or a later attempt, may have more room."""

    def __init__(self, what: str, folder: Path) -> None:
        super().__init__(
            f"There is no room for {what} in {folder}: the disk of the function is full; try again later. "
            "If that fails too, whoever runs the service can give the function a larger one"
        )


class RefusedError(Exception):
    """Provide the base class of refusals; their messages are for users."""


class InvalidError(RefusedError):
    """Raised when a request is understood but cannot be met as it stands."""


class TooLargeError(RefusedError):
    """Raised when a request is larger than the service accepts at once."""


class NotFoundError(RefusedError):
    """Raised when there is no such thing."""


class GoneError(RefusedError):
    """Raised when the requested item has expired or was deleted."""


class ForbiddenError(RefusedError):
    """Raised when the requested item belongs to somebody else."""


class UpstreamError(RefusedError):
    """Raised when a service that the request depends on does not answer."""


class NotYetError(RefusedError):
    """Raised when an answer takes longer than a request may; it is made meanwhile."""


class ConflictError(RefusedError):
    """Raised when the current state of a thing does not allow the request."""


class LimitError(RefusedError):
    """Raised when a day's cap is reached; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
