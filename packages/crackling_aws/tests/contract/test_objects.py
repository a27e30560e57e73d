from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from crackling_aws.stores import multipart
from crackling_aws.stores.objects import MissingObjectError, ObjectStore
from fakes.errors import client_error

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import SimpleNamespace


@pytest.fixture
def store(cloud: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> ObjectStore:
    monkeypatch.setattr(multipart, "PART", 5 * 1024 * 1024)  # S3's least
    return ObjectStore(cloud.s3, "bucket")


@pytest.mark.parametrize("size", [0, 1, 5 * 1024 * 1024, 11 * 1024 * 1024 + 3])
def test_what_is_streamed_in_is_streamed_out(store: ObjectStore, tmp_path: Path, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (tmp_path / "in").write_bytes(body)
    store.upload(tmp_path / "in", "a/b")
    assert store.size("a/b") == size
    store.download("a/b", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == body


def test_a_missing_object_is_told_apart(store: ObjectStore, tmp_path: Path) -> None:
    assert store.size("none") is None
    with pytest.raises(MissingObjectError, match="none"):
        store.get("none")
    with pytest.raises(MissingObjectError):
        store.download("none", tmp_path / "out")


@pytest.mark.parametrize("may_list", [True, False])
def test_what_is_forbidden_is_not_taken_for_missing(
    store: ObjectStore, cloud: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, may_list: bool
) -> None:
    """S3 answers 403 in both cases to a role that may list below its prefix only; the listing tells them apart."""

    def denied(code: str, operation: str) -> Callable[..., NoReturn]:
        def call(**_request: object) -> NoReturn:
            raise client_error(code, operation)

        return call

    store.put("a/b", b"x")
    monkeypatch.setattr(cloud.s3, "head_object", denied("403", "HeadObject"))
    monkeypatch.setattr(cloud.s3, "get_object", denied("AccessDenied", "GetObject"))
    if not may_list:
        monkeypatch.setattr(cloud.s3, "list_objects_v2", denied("AccessDenied", "ListObjectsV2"))
    for key in ("a/b",) if may_list else ("a/b", "a"):
        with pytest.raises(ClientError):
            store.size(key)
        with pytest.raises(ClientError):
            store.get(key)
    if may_list:
        assert store.size("a") is None
        with pytest.raises(MissingObjectError):
            store.get("a")


def test_ranges_go_to_their_places_and_leave_holes(store: ObjectStore, tmp_path: Path) -> None:
    body = bytes(range(256)) * (12 * 1024 * 4)
    store.put("a/b", body)
    ranges = [(0, 10), (1_000, 7_000_000), (12_000_000, len(body))]
    store.download("a/b", tmp_path / "out", ranges)
    want = bytearray(len(body))
    for start, end in ranges:
        want[start:end] = body[start:end]
    assert (tmp_path / "out").read_bytes() == want
    store.download("a/b", tmp_path / "out", [(10, 1_000), (7_000_000, 12_000_000)])
    assert (tmp_path / "out").read_bytes() == body
    assert store.read("a/b", 255, 258) == b"\xff\x00\x01"
    with pytest.raises(MissingObjectError):
        store.read("none", 0, 1)


@pytest.mark.parametrize("size", [1000, 12 * 1024 * 1024 + 5])
def test_transfers_report_their_bytes(store: ObjectStore, tmp_path: Path, size: int) -> None:
    (tmp_path / "in").write_bytes(b"x" * size)
    sent: list[tuple[int, int]] = []
    store.upload(tmp_path / "in", "a/b", lambda *bytes_: sent.append(bytes_))
    fetched: list[tuple[int, int]] = []
    store.download("a/b", tmp_path / "out", on_bytes=lambda *bytes_: fetched.append(bytes_))
    for reported in (sent, fetched):
        assert reported == sorted(reported)
        assert {total for _, total in reported} == {size}
        assert reported[-1] == (size, size)
    assert len(sent) == -(-size // multipart.PART)
    assert len(fetched) >= len(sent)
    ranges = [(0, 10), (size - 90, size)]
    store.download("a/b", tmp_path / "out", ranges, lambda *bytes_: fetched.append(bytes_))
    assert fetched[-1] == (100, 100)


def test_a_report_that_raises_ends_the_transfer(store: ObjectStore, tmp_path: Path) -> None:
    def lost(_done: int, _total: int) -> NoReturn:
        raise ValueError("lost")

    (tmp_path / "in").write_bytes(b"x" * 12 * 1024 * 1024)
    with pytest.raises(ValueError, match="lost"):
        store.upload(tmp_path / "in", "a/b", lost)
    assert store.size("a/b") is None
    store.upload(tmp_path / "in", "a/b")
    with pytest.raises(ValueError, match="lost"):
        store.download("a/b", tmp_path / "out", on_bytes=lost)


@pytest.mark.parametrize("written", [3, 12 * 1024 * 1024])
def test_an_error_on_the_way_leaves_no_object(store: ObjectStore, written: int) -> None:
    def interrupted() -> None:
        with store.writer("a/b") as out:
            out.write(b"x" * written)
            raise ValueError("bad input")

    with pytest.raises(ValueError, match="bad input"):
        interrupted()
    assert store.size("a/b") is None


def test_what_a_prefix_holds_is_listed_and_deleted_and_nothing_beside_it(store: ObjectStore) -> None:
    for key in ("genomes/a/1", "genomes/a/2", "genomes/ab/1"):
        store.put(key, b"x")
    assert store.keys("genomes/a/") == ["genomes/a/1", "genomes/a/2"]
    store.delete(store.keys("genomes/a/"))
    store.delete(["genomes/a/1"])
    assert store.keys("genomes/a/") == []
    assert store.get("genomes/ab/1") == b"x"


def test_more_keys_are_listed_than_one_answer_holds(store: ObjectStore) -> None:
    for number in range(1001):
        store.put(f"genomes/a/{number:04d}", b"")
    assert store.keys("genomes/a/") == [f"genomes/a/{number:04d}" for number in range(1001)]


def test_parts_are_sent_side_by_side_and_few_are_held(
    store: ObjectStore, cloud: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Check that a writer waits while the maximum number of parts is under way."""
    most, now, lock = [0], [0], Lock()
    send = cloud.s3.upload_part

    def slowly(**request: Any) -> object:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        return send(**request)

    monkeypatch.setattr(cloud.s3, "upload_part", slowly)
    body = bytes(range(256)) * 4096 * 61
    with store.writer("a/b") as out:
        out.write(body)
    assert 1 < most[0] <= multipart.AT_ONCE
    assert store.get("a/b") == body


def test_a_part_that_fails_fails_the_upload(
    store: ObjectStore, cloud: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> NoReturn:
        raise KeyError("ETag")

    monkeypatch.setattr(cloud.s3, "upload_part", broken)

    def written() -> None:
        with store.writer("a/b") as out:
            out.write(b"x" * 12 * 1024 * 1024)

    with pytest.raises(KeyError):
        written()
    assert store.size("a/b") is None
    assert not cloud.s3.list_multipart_uploads(Bucket="bucket").get("Uploads")


def test_parts_and_their_upload_name_their_checksums(
    store: ObjectStore, cloud: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S3 refuses to complete an upload that names an algorithm without the checksums of its parts."""
    named: dict[str, list[Any]] = {
        "create_multipart_upload": [],
        "upload_part": [],
        "complete_multipart_upload": [],
    }

    def recording(send: Callable[..., object], requests: list[dict[str, Any]]) -> Callable[..., object]:
        def call(**request: Any) -> object:
            requests.append(request)
            return send(**request)

        return call

    for operation, requests in named.items():
        monkeypatch.setattr(cloud.s3, operation, recording(getattr(cloud.s3, operation), requests))
    with store.writer("a/b") as out:
        out.write(b"123456789" * 1024 * 1024)
    (created,), sent, (completed,) = named.values()
    assert created["ChecksumAlgorithm"] == "CRC32"
    parts = completed["MultipartUpload"]["Parts"]
    assert len(parts) == 2
    assert {part["PartNumber"]: part["ChecksumCRC32"] for part in parts} == {
        part["PartNumber"]: part["ChecksumCRC32"] for part in sent
    }
    assert len({part["ChecksumCRC32"] for part in parts}) == 2
