"""BGZF: gzip in blocks that are members of their own, so that a part can be read without what precedes it.

Any reader of gzip takes the whole. The table of blocks is bgzip's (.gzi), so that samtools finds its way as well.
"""

from __future__ import annotations

import gzip
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Self

from isal import igzip_lib, isal_zlib

if TYPE_CHECKING:
    from collections.abc import Callable

BLOCK = 65_280  # bytes of text in a block, as in bgzip: any such text takes less than 64 KiB when packed
_LEVEL = 2
# gzip's magic, deflate, extra field, no time, any system; of that field its length, name (BC), length, the block's size less 1.
_HEADER = struct.Struct("<4BL2BH2s2H")
_TRAILER = struct.Struct("<2L")  # checksum and length of the text


@dataclass(frozen=True, slots=True)
class Blocks:
    """The offsets of all blocks and of their end, in the file and in the text."""

    packed: array[int] = field(default_factory=lambda: array("Q", [0]))
    text: array[int] = field(default_factory=lambda: array("Q", [0]))

    def read(self, start: int, end: int, read: Callable[[int, int], bytes]) -> bytes:
        """Return the text from `start` to `end`; `read` returns bytes of the file."""
        first, last = bisect_right(self.text, start) - 1, bisect_left(self.text, end)
        text = gzip.decompress(read(self.packed[first], self.packed[last]))
        return text[start - self.text[first] : end - self.text[first]]

    def encode(self) -> bytes:
        """Encode the table as bgzip does: the number of blocks, then both offsets of each but the first."""
        numbers = array("Q", [len(self.text) - 1])
        for pair in zip(self.packed[1:], self.text[1:], strict=True):
            numbers.extend(pair)
        return _little_endian(numbers).tobytes()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Decode what encode() wrote."""
        numbers = _little_endian(array("Q", data))
        numbers[0] = 0
        return cls(array("Q", [0]) + numbers[1::2], array("Q", [0]) + numbers[2::2])


class BgzfWriter:
    """A writer of a stream in blocks."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rest = bytearray()
        self._blocks = Blocks()

    @property
    def written(self) -> int:
        """Return how many bytes of text were written."""
        return self._blocks.text[-1] + len(self._rest)

    def write(self, text: bytes) -> None:
        self._rest += text
        while len(self._rest) >= BLOCK:
            self._put(bytes(self._rest[:BLOCK]))
            del self._rest[:BLOCK]

    def finish(self) -> Blocks:
        """Write the rest and the empty block that marks a complete file; return the offsets of all blocks."""
        if self._rest:
            self._put(bytes(self._rest))
        self._out.write(_packed(b""))
        return self._blocks

    def _put(self, text: bytes) -> None:
        block = _packed(text)
        self._out.write(block)
        self._blocks.packed.append(self._blocks.packed[-1] + len(block))
        self._blocks.text.append(self._blocks.text[-1] + len(text))


def _packed(text: bytes) -> bytes:
    data = igzip_lib.compress(text, _LEVEL, igzip_lib.COMP_DEFLATE)
    size = _HEADER.size + len(data) + _TRAILER.size
    header = _HEADER.pack(0x1F, 0x8B, 8, 4, 0, 0, 0xFF, 6, b"BC", 2, size - 1)
    return header + data + _TRAILER.pack(isal_zlib.crc32(text), len(text))


def _little_endian(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
