"""Test that objects are files: written block by block, read by ranges, and deleted with the object."""

from __future__ import annotations

import base64
import hashlib
import http.client
import random
import tracemalloc
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from gap import fresh
from localcloud.bodies import Bodies, Body
from localcloud.gaps.emulator import current
from test_gaps_s3 import post_form

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localcloud.cloud import LocalCloud

MIB = 1024 * 1024
SIZE = 48 * MIB
CONTENT = random.Random(7).randbytes(MIB) * (SIZE // MIB)


@pytest.fixture
def bucket(cloud: LocalCloud) -> str:
    name = fresh("bodies")
    cloud.client("s3").create_bucket(Bucket=name)
    return name


def files() -> set[Path]:
    return set(current().bodies.folder.iterdir())


@contextmanager
def at_most(mebibytes: int) -> Iterator[None]:
    """Check how much memory this process, which is client and server, needs at most."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        assert tracemalloc.get_traced_memory()[1] - before < mebibytes * MIB
    finally:
        tracemalloc.stop()


def upload_parts(s3: Any, bucket: str, part: int = 8 * MIB) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="key", ChecksumAlgorithm="CRC32")["UploadId"]
    parts = []
    for number, start in enumerate(range(0, SIZE, part), start=1):
        sent = s3.upload_part(
            Bucket=bucket, Key="key", UploadId=upload, PartNumber=number, Body=CONTENT[start : start + part]
        )
        parts.append({"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": sent["ChecksumCRC32"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="key", UploadId=upload, MultipartUpload={"Parts": parts})


def test_a_large_object_is_written_and_read_without_being_in_memory(cloud: LocalCloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    with at_most(16):
        s3.put_object(Bucket=bucket, Key="key", Body=CONTENT)
        read = s3.get_object(Bucket=bucket, Key="key", Range=f"bytes={7 * MIB + 5}-{8 * MIB + 4}")
        assert read["ContentRange"] == f"bytes {7 * MIB + 5}-{8 * MIB + 4}/{SIZE}"
        assert read["Body"].read() == CONTENT[7 * MIB + 5 : 8 * MIB + 5]
        whole = hashlib.sha256()
        for block in s3.get_object(Bucket=bucket, Key="key")["Body"].iter_chunks(MIB):
            whole.update(block)
    assert whole.digest() == hashlib.sha256(CONTENT).digest()
    head = s3.head_object(Bucket=bucket, Key="key")
    assert (head["ContentLength"], head["ETag"]) == (SIZE, f'"{hashlib.md5(CONTENT).hexdigest()}"')


def test_an_upload_in_parts_is_joined_without_being_in_memory(cloud: LocalCloud, bucket: str) -> None:
    before = files()
    with at_most(40):
        upload_parts(cloud.client("s3"), bucket)
    assert len(files() - before) == 1, "the parts are deleted"
    read = cloud.client("s3").get_object(Bucket=bucket, Key="key")
    assert read["Body"].read() == CONTENT
    assert read["ETag"].endswith('-6"')


def test_a_form_of_a_browser_is_stored_without_being_in_memory(cloud: LocalCloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    form = s3.generate_presigned_post(
        bucket, "uploads/${filename}", Conditions=[["content-length-range", 0, SIZE]], ExpiresIn=60
    )
    start = "".join(
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    start += '--B\r\nContent-Disposition: form-data; name="file"; filename="a.fa"\r\n\r\n'
    end = b"\r\n--B--\r\n"
    address = urlsplit(form["url"])
    with at_most(16):
        connection = http.client.HTTPConnection("127.0.0.1", address.port)
        connection.putrequest("POST", address.path, skip_host=True)
        connection.putheader("Host", address.netloc)
        connection.putheader("Content-Type", "multipart/form-data; boundary=B")
        connection.putheader("Content-Length", str(len(start) + SIZE + len(end)))
        connection.endheaders(start.encode())
        for position in range(0, SIZE, MIB):
            connection.send(CONTENT[position : position + MIB])
        connection.send(end)
        assert connection.getresponse().status == 204
        connection.close()
    assert s3.get_object(Bucket=bucket, Key="uploads/a.fa")["Body"].read() == CONTENT


def test_a_refused_form_leaves_no_file(cloud: LocalCloud, bucket: str) -> None:
    form = cloud.client("s3").generate_presigned_post(
        bucket, "key", Conditions=[["content-length-range", 0, 10]], ExpiresIn=60
    )
    before = files()
    assert post_form(form["url"], form["fields"], 11)[0] == 400
    assert files() == before


def test_a_refused_put_leaves_no_file(cloud: LocalCloud) -> None:
    before = files()
    with pytest.raises(cloud.client("s3").exceptions.NoSuchBucket):
        cloud.client("s3").put_object(Bucket="no-such-bucket", Key="key", Body=b"body")
    assert files() == before


def test_the_file_of_an_object_goes_with_it(cloud: LocalCloud, bucket: str) -> None:
    s3, before = cloud.client("s3"), files()
    s3.put_object(Bucket=bucket, Key="../../key of a user", Body=b"old")
    s3.put_object(Bucket=bucket, Key="../../key of a user", Body=b"new")
    [path] = files() - before
    assert path.read_bytes() == b"new"
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "../../key of a user"})
    s3.delete_object(Bucket=bucket, Key="../../key of a user")
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == b"new"
    s3.delete_object(Bucket=bucket, Key="copy")
    assert files() == before


def test_an_aborted_upload_leaves_no_parts(cloud: LocalCloud, bucket: str) -> None:
    s3, before = cloud.client("s3"), files()
    upload = s3.create_multipart_upload(Bucket=bucket, Key="key")["UploadId"]
    for body in (b"old", b"new"):
        s3.upload_part(Bucket=bucket, Key="key", UploadId=upload, PartNumber=1, Body=body)
    assert len(files() - before) == 1
    s3.abort_multipart_upload(Bucket=bucket, Key="key", UploadId=upload)
    assert files() == before


def test_listing_versions_copies_no_object(cloud: LocalCloud, bucket: str) -> None:
    s3 = cloud.client("s3")
    s3.put_object(Bucket=bucket, Key="key", Body=CONTENT)
    with at_most(16):
        [version] = s3.list_object_versions(Bucket=bucket)["Versions"]
    assert (version["Size"], version["IsLatest"]) == (SIZE, True)


@pytest.mark.parametrize("content", [b"", b"localcloud-body:", b"x" * (MIB + 1)])
def test_any_content_is_stored_as_it_is(cloud: LocalCloud, bucket: str, content: bytes) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key="key", Body=content, ContentType="text/plain")
    read = cloud.client("s3").get_object(Bucket=bucket, Key="key")
    assert (read["Body"].read(), read["ContentType"]) == (content, "text/plain")


def test_a_body_in_frames_with_its_checksum_at_the_end(cloud: LocalCloud, bucket: str) -> None:
    url = cloud.client("s3").generate_presigned_url("put_object", {"Bucket": bucket, "Key": "key"})
    checksum = base64.b64encode(zlib.crc32(b"hello world").to_bytes(4, "big")).decode()
    body = f"5\r\nhello\r\n6;chunk-signature=0\r\n world\r\n0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n"
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-sdk-checksum-algorithm": "CRC32",
        "x-amz-decoded-content-length": "11",
    }
    address = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", address.port)
    connection.request("PUT", f"{address.path}?{address.query}", body, {**headers, "Host": address.netloc})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["x-amz-checksum-crc32"]) == (200, checksum)
    connection.close()
    assert cloud.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"hello world"


def test_a_file_that_was_cut_is_no_shorter_object(tmp_path: Path) -> None:
    body = Bodies(tmp_path).write([b"0123456789"])
    body.path.write_bytes(b"01234")
    with pytest.raises(OSError, match="shorter than the object"):
        body.read()


def test_sections_of_sections(tmp_path: Path) -> None:
    body = Bodies(tmp_path).write([b"0123456789"])
    assert body[2:8][1:3].read() == b"34"
    assert body[5:50].read() == b"56789"
    assert Bodies(tmp_path).copy(body[3:5]).read() == b"34"


def test_a_body_whose_writing_fails_leaves_nothing(tmp_path: Path) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"some"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        Bodies(tmp_path).write(blocks())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_kept_outlives_its_object(tmp_path: Path) -> None:
    kept: set[str] = set()
    bodies = Bodies(tmp_path, is_kept=lambda name: name in kept)
    body: Body = bodies.write([b"body"])
    kept.add(body.path.name)
    bodies.discard(body)
    assert body.read() == b"body"
    kept.clear()
    bodies.delete_discarded()
    assert not body.path.exists()
