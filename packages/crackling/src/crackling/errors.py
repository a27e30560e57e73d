"""Define the errors that a user can cause or must know about. Each message is one line: the input, the problem and the remedy."""

from __future__ import annotations


class CracklingError(Exception):
    """Base of all errors that Crackling raises on purpose."""


class InputError(CracklingError):
    """A sequence, a guide or an option is invalid."""


class IndexFileError(CracklingError):
    """A file is not an index, is damaged, or has another version."""


class StorageError(CracklingError):
    """A file cannot be read or written: missing, a folder, not permitted, no space left."""


class TransferError(CracklingError):
    """A server could not be reached, or a download was interrupted or damaged. Trying again later may help."""
