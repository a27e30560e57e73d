"""Read a text line by line in bounded memory, whatever ends its lines."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, BinaryIO

from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_TEXT = "it is not plain text; save it as UTF-8"
_BLOCK = 1 << 20  # bytes that are read at once
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(stream: BinaryIO, label: str, max_bytes: int) -> Iterator[list[bytes]]:
    """Yield the lines of a text without their ends, many at once. Lines end with LF, CR LF or CR.

    A line of more than `max_bytes` may be cut, but not to `max_bytes` or less, so that a caller can refuse it.

    Raises:
        InputError: it is UTF-16, or no text.
    """
    held = b""  # what follows the last line end; its line goes on in the next block, or a LF follows its CR
    is_first = True
    while block := stream.read(_BLOCK):
        held += block
        if is_first:
            if len(held) < len(codecs.BOM_UTF8):
                continue
            if held.startswith(_BOMS) or b"\0" in held:
                raise InputError(f"{label}: {NOT_TEXT}")
            held, is_first = held.removeprefix(codecs.BOM_UTF8), False
        # The last byte may be a CR whose LF follows.
        end = max(held.rfind(b"\n"), held.rfind(b"\r", 0, len(held) - 1)) + 1
        if end:
            yield _split(held[:end])
            held = held[end:]
        elif len(held) > max_bytes:
            break
    if held:
        yield _split(held)


def _split(text: bytes) -> list[bytes]:
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text.removesuffix(b"\n").split(b"\n")
