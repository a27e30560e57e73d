"""Files that are read or written whole: clear errors, and nothing half-written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def readable(path: Path) -> Iterator[BinaryIO]:
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
    except OSError as error:  # a name too long, a pipe where a file must be mapped, a broken disk
        raise StorageError(f"{path}: cannot be read ({error.strerror or error}); name another file") from None


class Unfinished:
    """A file that is being written under a temporary name."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self.stream = path, stream

    def appear(self, path: Path) -> None:
        """Finish it under its name, in place of an old one."""
        self.stream.close()
        self._path.chmod(0o666 & ~_umask())  # a temporary file is private; the finished one is like any other
        self._path.replace(_place(path))


@contextmanager
def unfinished(beside: Path) -> Iterator[Unfinished]:
    """Open a file for writing in the folder of a path; it is deleted in the end unless it appeared.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    if beside.is_dir():
        raise StorageError(f"{beside}: is a folder; name a file in it")
    if _is_special(beside):
        raise StorageError(f"{beside}: is a device or a pipe; name a file")
    place = _place(beside)
    with writing(beside):
        handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".tmp", dir=place.parent)
    path, stream = Path(name), os.fdopen(handle, "wb")
    try:
        with writing(beside):
            yield Unfinished(path, stream)
    finally:
        # On a full disk closing fails too; the first error is the one to tell.
        with contextlib.suppress(OSError):
            stream.close()
        path.unlink(missing_ok=True)


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that appears under its name, in place of an old one, when all is written.

    A device or a pipe is written to as it is: a file in its place would break it for everyone.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    if _is_special(path):
        with writing(path), path.open("wb") as stream:
            yield stream
        return
    with unfinished(path) as file:
        yield file.stream
        file.appear(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What fails in here has failed to write that path.

    Raises:
        StorageError: the folder is missing or may not be written to, or the disk is full.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"{path}: cannot be written ({error.strerror}); make room or name another place"
        ) from None


def _place(path: Path) -> Path:
    """Where a link leads, so that it stays one."""
    return path.resolve() if path.is_symlink() else path


def _is_special(path: Path) -> bool:
    """Whether it is a device, a pipe or a socket, or a link to one."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
