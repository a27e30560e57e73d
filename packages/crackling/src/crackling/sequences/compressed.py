"""Read files that may be compressed as their plain contents."""

from __future__ import annotations

import io
import lzma
import sys
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from isal import isal_zlib
from xopen import xopen

from crackling.errors import InputError, StorageError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterator

# The ending of the name does not count: a browser may have decompressed a file that it saved as .gz.
_MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zst"}
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
