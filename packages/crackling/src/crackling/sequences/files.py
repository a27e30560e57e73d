"""Read and write files with clear errors, and leave no files that are written in part."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX = 40  # letters of a file's name that its temporary file shows


@contextmanager
def open_for_reading(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises:
        StorageError: there is no such file, it is a folder, or it may not or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            yield stream
    except FileNotFoundError:
        raise StorageError(f"{path}: no such file; check the name") from None
    except IsADirectoryError:
        raise StorageError(f"{path}: is a folder; name a file in it") from None
    except PermissionError:
        raise StorageError(f"{path}: may not be read; check its permissions") from None
    except OSError as error:  # a name that is too long, a pipe where a file must be mapped, a broken disk
        raise StorageError(f"{path}: cannot be read ({error.strerror or error}); name another file") from None


class TemporaryFile:
    """A file that is being written under a temporary name."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self.stream = path, stream

    def rename(self, path: Path) -> None:
        """Close the file and give it its name, in place of an old file."""
        self.stream.close()
        self._path.chmod(0o666 & ~_umask())  # the temporary file was private
        with explain_write_errors(path):
            self._path.replace(_target(path))


@contextmanager
def temporary_file(beside: Path) -> Iterator[TemporaryFile]:
    """Open a temporary file for writing in the folder of a path; delete it in the end unless it was renamed.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    with explain_write_errors(beside):
        if beside.is_dir():
            raise StorageError(f"{beside}: is a folder; name a file in it")
        if _is_special(beside):
            raise StorageError(f"{beside}: is a device or a pipe; name a file")
        target = _target(beside)
        prefix = f".{target.name[:_PREFIX]}."  # the whole name may be as long as a name can be
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=target.parent)
    path, stream = Path(name), os.fdopen(handle, "wb")
    try:
        with explain_write_errors(beside):
            yield TemporaryFile(path, stream)
    finally:
        # On a full disk closing fails too; the first error is the one to report.
        with contextlib.suppress(OSError):
            stream.close()
        path.unlink(missing_ok=True)


@contextmanager
def write_atomically(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that gets its name, in place of an old file, when it is complete.

    A device or a pipe is written to directly: a file in its place would break it for everyone.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    with explain_write_errors(path):
        is_special = _is_special(path)
    if is_special:
        with explain_write_errors(path), path.open("wb") as stream:
            yield stream
        return
    with temporary_file(path) as file:
        yield file.stream
        file.rename(path)


@contextmanager
def explain_write_errors(path: Path) -> Iterator[None]:
    """Turn errors of the operating system into errors that say that this path cannot be written.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written ({error.strerror}); free some space or name another folder"
        ) from None


def check_output(out: Path | int, source: Path | int) -> None:
    """Check that an output is not an input under another name; both are paths or descriptors.

    Raises:
        InputError: it is, so that the input would be lost.
    """
    if _same_file(out, source):
        named = "standard output" if isinstance(out, int) else out
        read = "standard input" if isinstance(source, int) else source
        raise InputError(
            f"{named}: is the same file as the input {read}, which would be lost; name another output"
        )


def _same_file(one: Path | int, other: Path | int) -> bool:
    """Return whether two paths or descriptors lead to the same ordinary file, also through links."""
    try:
        found, again = os.stat(one), os.stat(other)  # noqa: PTH116 - descriptors too
    except (OSError, ValueError):  # not there, not open, or no name of a file: a sequence, for example
        return False
    return stat.S_ISREG(found.st_mode) and os.path.samestat(found, again)


def _target(path: Path) -> Path:
    """Return the path that a link leads to, so that the link is kept.

    Raises:
        OSError: the links lead in a circle.
    """
    if not path.is_symlink():
        return path
    try:
        return path.resolve()
    except RuntimeError:  # what Python before 3.13 says
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None


def _is_special(path: Path) -> bool:
    """Return whether a path is a device, a pipe or a socket, or a link to one."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
