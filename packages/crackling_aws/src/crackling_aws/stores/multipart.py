"""Upload a stream to S3 in parts, of which a few are sent side by side."""

from __future__ import annotations

import base64
import io
import zlib
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    OnBytes = Callable[[int, int], None]  # how many bytes were transferred, of how many

# S3 takes 10,000 parts of at least 5 MiB: this size reaches 160 GB.
PART = 16 * 1024 * 1024
AT_ONCE = 4  # parts of an upload under way


class ByteCounter:
    """Count the bytes that several threads transfer, and report their sum."""

    def __init__(self, total: int, report: OnBytes | None) -> None:
        self._total, self._report = total, report
        self._done = 0
        self._lock = Lock()

    def add(self, transferred: int) -> None:
        if self._report is None:
            return
        with self._lock:
            self._done += transferred
            self._report(self._done, self._total)


class MultipartUpload(io.RawIOBase):
    """Collects what is written into parts and sends a few of them side by side; it holds no more than these in memory.

    An object smaller than one part is put in one request.
    """

    def __init__(self, client: S3Client, bucket: str, key: str, count: ByteCounter) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        self._count = count
        self._upload_id: str | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._sent: list[Future[CompletedPartTypeDef]] = []
        self._buffer = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._buffer += data
        while len(self._buffer) >= PART:
            self._send(bytes(memoryview(self._buffer)[:PART]))
            del self._buffer[:PART]
        return len(data)

    def complete(self) -> None:
        if self._upload_id is None:
            self._client.put_object(Bucket=self._bucket, Key=self._key, Body=bytes(self._buffer))
            self._count.add(len(self._buffer))
            return
        if self._buffer:
            self._send(bytes(self._buffer))
        parts = [sent.result() for sent in self._sent]
        self._client.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": parts},
        )
        self._stop()

    def abort(self) -> None:
        self._stop()  # S3 keeps a part that arrives after the upload was aborted
        if self._upload_id is not None:
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _send(self, part: bytes) -> None:
        if self._pool is None:
            answer = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._key, ChecksumAlgorithm="CRC32"
            )
            self._upload_id = answer["UploadId"]
            self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="part")
        if len(self._sent) >= AT_ONCE:
            self._sent[-AT_ONCE].result()  # waits while as many are under way; raises what went wrong
        self._sent.append(self._pool.submit(self._put, len(self._sent) + 1, part))

    def _put(self, number: int, part: bytes) -> CompletedPartTypeDef:
        """Send a part with its checksum. An upload that names an algorithm is completed only with the parts' checksums."""
        assert self._upload_id is not None
        checksum = base64.b64encode(zlib.crc32(part).to_bytes(4, "big")).decode()
        sent = self._client.upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=part,
            ChecksumCRC32=checksum,
        )
        self._count.add(len(part))
        return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": checksum}
