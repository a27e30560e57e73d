"""Why a request is refused: the message is for the user, and api.problems gives each its HTTP status. Why work waits."""

from __future__ import annotations


class RefusedError(Exception):
    """Base of the refusals."""


class InvalidError(RefusedError):
    """The request is understood and cannot be met as it stands."""


class TooLargeError(RefusedError):
    """More than the service takes at once."""


class NotFoundError(RefusedError):
    """There is no such thing."""


class UpstreamError(RefusedError):
    """A service that is asked for it does not answer."""


class ConflictError(RefusedError):
    """Not in the state that the thing is in now."""


class GenomeNotReadyError(Exception):
    """The genome of a job in work is not ready, as while it is deleted and prepared anew."""
