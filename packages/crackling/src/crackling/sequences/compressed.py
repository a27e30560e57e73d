"""Read the plain contents of files that may be compressed, and compress files on writing if their names say so."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from isal import isal_zlib
from xopen import xopen

from crackling.errors import InputError, StorageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

# The ending of the name does not count: a browser may have decompressed a file that it saved as .gz.
_MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zst"}
_COMPRESSORS: dict[str, Callable[[BinaryIO], AbstractContextManager[object]]] = {
    ".gz": lambda stream: gzip.GzipFile("", "wb", fileobj=stream, mtime=0),
    ".bz2": lambda stream: bz2.BZ2File(stream, "wb"),
    ".xz": lambda stream: lzma.LZMAFile(stream, "wb"),  # noqa: SIM115 - whoever calls it closes it
    ".zst": lambda stream: zstd.ZstdFile(stream, "wb"),
}
_DAMAGED = (isal_zlib.error, zlib.error, lzma.LZMAError, zstd.ZstdError)


@contextmanager
def plain(stream: BinaryIO, label: str) -> Iterator[BinaryIO]:
    """Decompress a stream (plain, gz, bz2, xz or zst), which is left open.

    Raises:
        InputError: while it is read, as the compressed data is cut or damaged.
        StorageError: the disk or the connection fails.
    """
    try:
        with _decompressed(stream) as content:
            yield content
    except EOFError:
        raise InputError(f"{label}: the compressed data ends too early; download the file again") from None
    except _DAMAGED:  # type: ignore[misc]  # isal's stub declares an instance
        raise InputError(f"{label}: the compressed data is damaged; download the file again") from None
    except OSError as error:
        if error.errno is not None:
            raise StorageError(f"{label}: cannot be read ({error.strerror}); check the file") from None
        raise InputError(f"{label}: the compressed data is damaged; download the file again") from None


def without_ending(path: Path) -> Path:
    """Return a path without the ending that says how the file is compressed."""
    return path.with_suffix("") if path.suffix.lower() in _COMPRESSORS else path


@contextmanager
def compressing(stream: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    """Yield a stream that compresses as the ending of a path says, into a stream that is left open.

    The same contents give the same bytes: no name and no date goes into them.
    """
    if (compressor := _COMPRESSORS.get(path.suffix.lower())) is None:
        yield stream
        return
    with compressor(stream) as out:
        yield cast("BinaryIO", out)


@contextmanager
def _decompressed(stream: BinaryIO) -> Iterator[BinaryIO]:
    head = io.BufferedReader(stream)  # type: ignore[type-var]  # any binary stream does
    kind = next((kind for magic, kind in _MAGIC.items() if head.peek(8).startswith(magic)), None)
    content = xopen(head, "rb", threads=0, format=kind) if kind else head
    try:
        yield content
    finally:  # detached, as closing the reader would close the stream
        if content is not head:
            content.close()
        head.detach()
