"""Report the progress of long work: define the callbacks, and a stream that reports how much was read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Called with the name of a stage, what is done and what there is to do (0: unknown).
Progress = Callable[[str, int, int], None]

_BLOCK_BYTES = 1024 * 1024


class _ReportingStream(io.RawIOBase):
    def __init__(self, stream: BinaryIO, report: Callable[[int], None]) -> None:
        self._stream, self._report, self._done = stream, report, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        data = self._stream.read(len(view))
        view[: len(data)] = data
        self._done += len(data)
        self._report(self._done)
        return len(data)


def read_with_progress(stream: BinaryIO, report: Callable[[int], None]) -> BinaryIO:
    """Return a stream that reads another one and reports, about every MB, how many bytes were read."""
    return cast("BinaryIO", io.BufferedReader(_ReportingStream(stream, report), _BLOCK_BYTES))
