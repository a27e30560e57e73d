"""The errors that a user can cause or must know of. Each message is one line: what, where, remedy."""

from __future__ import annotations


class CracklingError(Exception):
    """Base of all errors that Crackling raises on purpose."""


class InputError(CracklingError):
    """A sequence, a guide or an option is not what it should be."""


class IndexFileError(CracklingError):
    """A file is not an index, or is damaged, or of another version."""


class StorageError(CracklingError):
    """A file cannot be read or written: missing, a folder, not permitted, no space left."""


class TransferError(CracklingError):
    """A server could not be reached, broke off, or brought other bytes than were published; trying again later may help."""
