"""Store objects in an S3 bucket. Large ones are streamed both ways, so no whole genome is held in memory."""

from __future__ import annotations

import io
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, cast

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError, ResponseStreamingError

from crackling_aws.stores import multipart
from crackling_aws.stores.multipart import ByteCounter, MultipartUpload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectRequestTypeDef

    from crackling_aws.stores.multipart import OnBytes

CONNECTIONS = 16  # that a download has at once: one alone carries some 50 to 90 MB/s
_COPY = 1024 * 1024
_ATTEMPTS = 4
_BROKEN = (HTTPClientError, IncompleteReadError, ResponseStreamingError)
# An object that ends before the range has no such bytes: it was replaced by a shorter one.
_MISSING = frozenset({"NoSuchKey", "404", "NotFound", "InvalidRange", "416"})
# S3 tells only a role that may list the whole bucket that an object is missing:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
_MISSING_OR_DENIED = frozenset({"AccessDenied", "403", "Forbidden"})


class MissingObjectError(Exception):
    """Raised when there is no object under a key, or it ends before the bytes that are asked for."""


@dataclass(frozen=True, slots=True)
class UploadForm:
    """Hold a form with which a browser may POST one file for a short while."""

    url: str
    fields: Mapping[str, str]


class ObjectStore:
    """The objects of one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, key: str, body: bytes, media_type: str = "application/octet-stream") -> None:
        self._client.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType=media_type)

    def get(self, key: str) -> bytes:
        """Return the contents of a small object.

        Raises:
            MissingObjectError: there is none.
        """
        with self.open(key) as stream:
            return stream.read()

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Stream an object.

        Raises:
            MissingObjectError: there is none.
        """
        body = self._get(key)
        with body:
            yield cast("BinaryIO", io.BufferedReader(body, _COPY))

    def size(self, key: str) -> int | None:
        """Return the size of an object in bytes; None if there is no such object."""
        try:
            return self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"]
        except ClientError as error:
            if self._is_missing(error, key):
                return None
            raise

    def read(self, key: str, start: int, end: int) -> bytes:
        """Return the bytes of an object from `start` up to `end`.

        Raises:
            MissingObjectError: there is none.
        """
        return b"".join(self._range(key, start, end))

    def download(
        self,
        key: str,
        path: Path,
        ranges: Iterable[tuple[int, int]] | None = None,
        on_bytes: OnBytes | None = None,
    ) -> None:
        """Download an object, or only ranges of its bytes, which are written at their own offsets.

        Other bytes of an existing file stay as they are; in a new file they are a hole. Large ranges are split, several parts
        are downloaded at once, and each continues where its connection broke. `on_bytes` is called about every MB, by one
        thread at a time; what it raises ends the download.

        Raises:
            MissingObjectError: there is none.
            OSError: the file cannot be written, or the disk is full.
        """
        if (size := self.size(key)) is None:
            raise MissingObjectError(f"No object {key}")
        parts = [
            (at, min(at + multipart.PART, end))
            for start, end in ([(0, size)] if ranges is None else ranges)
            for at in range(start, end, multipart.PART)
        ]
        count = ByteCounter(sum(end - start for start, end in parts), on_bytes)
        with path.open("r+b" if path.exists() else "w+b", buffering=0) as file:
            file.truncate(size)
            self._copy_all(key, parts, file.fileno(), count)

    def _copy_all(self, key: str, parts: list[tuple[int, int]], file: int, count: ByteCounter) -> None:
        def copy(part: tuple[int, int]) -> None:
            at = part[0]
            for piece in self._range(key, *part):
                _write(file, piece, at)
                at += len(piece)
                count.add(len(piece))

        if len(parts) <= 1:
            list(map(copy, parts))
            return
        with ThreadPoolExecutor(min(CONNECTIONS, len(parts))) as pool:
            try:
                list(pool.map(copy, parts))
            finally:
                pool.shutdown(cancel_futures=True)  # after an error, cancel what has not begun

    def _range(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to `end`, in pieces."""
        attempts = 0
        while start < end:
            attempts += 1
            body = self._get(key, f"bytes={start}-{end - 1}")
            with body:
                try:
                    for piece in body.iter_chunks(_COPY):
                        yield piece
                        start += len(piece)
                except _BROKEN:  # in the middle, where the client itself does not retry
                    if attempts == _ATTEMPTS:
                        raise

    def _get(self, key: str, asked: str | None = None) -> StreamingBody:
        request: GetObjectRequestTypeDef = {"Bucket": self._bucket, "Key": key}
        if asked:
            request["Range"] = asked
        try:
            return self._client.get_object(**request)["Body"]
        except ClientError as error:
            if self._is_missing(error, key):
                raise MissingObjectError(f"No object {key}") from error
            raise

    def _is_missing(self, error: ClientError, key: str) -> bool:
        code = error.response["Error"]["Code"]
        return code in _MISSING or (code in _MISSING_OR_DENIED and self._is_absent(key))

    def _is_absent(self, key: str) -> bool:
        """Return whether a listing shows that there is no such object; roles may list below their prefixes."""
        try:
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        except ClientError:
            return False
        return all(entry["Key"] != key for entry in answer.get("Contents", []))

    def upload(self, path: Path, key: str, on_bytes: OnBytes | None = None) -> None:
        """Copy a file to an object. `on_bytes` is called for each part that has arrived; what it raises ends the upload."""
        count = ByteCounter(path.stat().st_size, on_bytes)
        with path.open("rb") as stream, self._writer(key, count) as out:
            shutil.copyfileobj(stream, out, _COPY)

    def writer(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Stream into an object, which comes to be when the block ends well; on an error nothing remains."""
        return self._writer(key, ByteCounter(0, None))

    @contextmanager
    def _writer(self, key: str, count: ByteCounter) -> Iterator[BinaryIO]:
        upload = MultipartUpload(self._client, self._bucket, key, count)
        try:
            yield cast("BinaryIO", upload)
            upload.complete()
        except Exception:
            upload.abort()
            raise

    def keys(self, prefix: str) -> list[str]:
        """Return every key with the prefix, in order."""
        found: list[str] = []
        while True:
            after = found[-1] if found else ""
            answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, StartAfter=after)
            found += [entry["Key"] for entry in answer.get("Contents", [])]
            if not answer.get("IsTruncated"):
                return found

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there are deleted already."""
        for key in keys:
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def upload_form(self, key: str, limit: int, seconds: int) -> UploadForm:
        """Return a presigned POST for exactly this key and 1 to `limit` bytes."""
        form = self._client.generate_presigned_post(
            self._bucket, key, Conditions=[["content-length-range", 1, limit]], ExpiresIn=seconds
        )
        return UploadForm(url=form["url"], fields=form["fields"])

    def download_address(self, key: str, file_name: str, seconds: int) -> str:
        """Return the address of a presigned GET that saves as `file_name`."""
        disposition = f'attachment; filename="{file_name}"'
        target = {"Bucket": self._bucket, "Key": key, "ResponseContentDisposition": disposition}
        return self._client.generate_presigned_url("get_object", Params=target, ExpiresIn=seconds)


def _write(file: int, data: bytes, at: int) -> None:
    """Write all of the bytes: on a disk that is nearly full, the system may take only a part."""
    while data:
        written = os.pwrite(file, data, at)
        data, at = data[written:], at + written
