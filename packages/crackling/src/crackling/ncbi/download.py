"""Download a large file in bounded memory: in parallel ranges where the server supports them, delivered in order.

An interrupted range is requested again from the byte where it stopped. If the server does not support ranges, or ignores or
refuses them, the file is read in one stream; if that is interrupted, it is read again from the start and the bytes that were
delivered already are skipped. At the end, the md5 of the whole is compared with the published one.
"""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from crackling.errors import CracklingError, InputError, TransferError
from crackling.ncbi.http import WEB_PAGE, StatusError
from crackling.ncbi.retry import TransientError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from _typeshed import WriteableBuffer
    from urllib3 import BaseHTTPResponse

    from crackling.ncbi.http import Client

    Buffer = bytes | bytearray
    Blocks = Generator[Buffer, None, None]
    Progress = Callable[[int, int], None]  # bytes done, bytes in all (0: not known)

BLOCK: Final = 8 * 1024 * 1024
AT_ONCE: Final = 4  # connections
AHEAD: Final = 6  # blocks under way or waiting: 56 MB with the one being delivered
_READ: Final = 1024 * 1024
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that NCBI publishes. `bytes` is None if the server does not tell the size; `ranges` says whether it serves parts."""

    address: str
    name: str
    md5: str
    bytes: int | None
    ranges: bool


class _NoRangesError(Exception):
    """The server does not serve this file in ranges after all."""


@dataclass(frozen=True)
class Transfer:
    """The bytes of one file."""

    client: Client
    file: RemoteFile
    block: int = BLOCK
    at_once: int = AT_ONCE

    def blocks(self, start: int = 0) -> Blocks:
        """Yield the file from byte `start` on, in order.

        Raises:
            InputError: there is no such file.
            TransferError: it could not be had, or is not as long as it should be.
        """
        delivered = start
        try:
            if self.file.ranges and self.file.bytes is not None:
                with closing(_Ranges(self, start).blocks()) as blocks:
                    for block in blocks:
                        delivered += len(block)
                        yield block
                return
        except _NoRangesError:
            pass
        except StatusError as error:
            raise self._refused(error) from None
        yield from self._one_stream(delivered)

    def _one_stream(self, delivered: int) -> Blocks:
        attempts = self.client.attempts_at_file()
        whole = False
        while not whole:
            try:
                for chunk in self._from_start(delivered):
                    delivered += len(chunk)
                    yield chunk
                whole = True
            except TransientError as error:
                attempts.wait_after(error)
            except StatusError as error:
                raise self._refused(error) from None

    def _from_start(self, skip: int) -> Iterator[bytes]:
        """Attempt once to download the whole file; yield it without its first `skip` bytes."""
        with self.client.open("GET", self.file.address) as answer:
            position = 0
            for chunk in self.client.chunks(answer):
                no_web_page(chunk, position)
                position += len(chunk)
                if position > skip:
                    yield chunk[max(0, skip - position + len(chunk)) :]
        if self.file.bytes is not None and position != self.file.bytes:
            self._wrong_size(position)

    def _wrong_size(self, size: int) -> None:
        message = (
            f"{self.file.name}: {size:,} bytes came where NCBI announced {self.file.bytes:,}; try again later"
        )
        if size < (self.file.bytes or 0):
            raise TransientError(message)
        raise TransferError(message)

    def _refused(self, error: StatusError) -> Exception:
        if error.status in {404, 410}:
            return InputError(
                f"NCBI has no file {self.file.name} any more; choose another version of the assembly"
            )
        return error


class _Ranges:
    """One pass over a file in ranges, some of them at once."""

    def __init__(self, transfer: Transfer, start: int) -> None:
        self._client, self._file = transfer.client, transfer.file
        size = transfer.file.bytes or 0
        self._spans = (
            (first, min(first + transfer.block, size)) for first in range(start, size, transfer.block)
        )
        self._at_once = transfer.at_once
        self._stop = threading.Event()
        self._open: set[BaseHTTPResponse] = set()

    def blocks(self) -> Blocks:
        waiting: deque[Future[bytearray]] = deque()
        pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="range")
        try:
            for span in self._spans:
                waiting.append(pool.submit(self._range, *span))
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            self._end()
            pool.shutdown(cancel_futures=True)

    def _end(self) -> None:
        """Wake the threads that wait for the next attempt or for bytes."""
        self._stop.set()
        for answer in tuple(self._open):
            try:
                answer.shutdown()
            except (ValueError, OSError):  # it has ended in the meantime
                continue

    def _range(self, start: int, end: int) -> bytearray:
        """Download the bytes from `start` to before `end`."""
        held = bytearray()
        attempts = self._client.attempts_at_file(self._stop)
        while len(held) < end - start:
            try:
                self._read(held, start, end)
            except TransientError as error:
                attempts.wait_after(error)
            except StatusError as error:
                if error.status == 416:
                    raise _NoRangesError from None
                raise
        return held

    def _read(self, held: bytearray, start: int, end: int) -> None:
        """Attempt once to download what is missing after `held`."""
        position = start + len(held)
        with self._client.open("GET", self._file.address, {"range": f"bytes={position}-{end - 1}"}) as answer:
            self._check(answer, position, end)
            self._open.add(answer)
            try:
                for chunk in self._until_end(self._client.chunks(answer)):
                    no_web_page(chunk, start + len(held))
                    held += chunk
            finally:
                self._open.discard(answer)
        if len(held) != end - start:
            raise TransientError(f"{self._file.name}: a part of it came incomplete; try again later")

    def _until_end(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield chunks until the end, which may come even before the first one."""
        while not self._stop.is_set():
            if (chunk := next(chunks, None)) is None:
                return
            yield chunk
        raise TransferError("The transfer was given up")

    def _check(self, answer: BaseHTTPResponse, start: int, end: int) -> None:
        """Check that the answer is the requested range of the announced file."""
        announced = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        expected = (str(start), str(end - 1), str(self._file.bytes))
        if answer.status != 206 or announced is None or announced.groups() != expected:
            raise _NoRangesError


def no_web_page(chunk: bytes, position: int) -> None:
    """Raise TransientError if a file begins like a web page, which compressed FASTA never does."""
    if position == 0 and chunk.lstrip()[:1] == b"<":
        raise TransientError(WEB_PAGE)


class VerifiedStream(io.RawIOBase):
    """A stream of blocks that computes their md5 and reports its progress."""

    def __init__(self, blocks: Iterator[Buffer], file: RemoteFile, progress: Progress | None) -> None:
        self._blocks = blocks
        self._file = file
        self._report = progress or (lambda _done, _total: None)
        self._digest = hashlib.md5(usedforsecurity=False)
        self._rest = memoryview(b"")
        self._done = 0
        self.error: CracklingError | None = None  # why the blocks ended early, if they did

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        if not self._rest and not self._next():
            return 0
        view = memoryview(buffer).cast("B")
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _next(self) -> bool:
        try:
            block = next(self._blocks, None)
        except CracklingError as error:
            self.error = error
            raise
        if block is None:
            return False
        self._digest.update(block)
        self._done += len(block)
        self._rest = memoryview(block)
        self._report(self._done, self._file.bytes or 0)
        return True

    def check(self) -> None:
        """Read the rest, and compare the md5 with the published one.

        Raises:
            TransferError: it is another.
        """
        while self._next():
            pass
        if self._digest.hexdigest() != self._file.md5:
            raise wrong_md5(self._file)


def wrong_md5(file: RemoteFile) -> TransferError:
    return TransferError(
        f"{file.name}: came with another md5 than NCBI publishes for it, so it is damaged; try again later"
    )


@contextmanager
def stream(client: Client, file: RemoteFile, progress: Progress | None = None) -> Iterator[BinaryIO]:
    """Open a file as a stream; a block that ends without an error has verified every byte.

    Raises:
        InputError: there is no such file.
        TransferError: the transfer failed, or its md5 is wrong.
    """
    with closing(Transfer(client, file).blocks()) as blocks:
        verified = VerifiedStream(blocks, file, progress)
        try:
            yield cast("BinaryIO", io.BufferedReader(verified, _READ))
        except InputError as error:
            if error is not verified.error:
                verified.check()  # raises the error of a damaged transfer instead
            raise
        verified.check()
