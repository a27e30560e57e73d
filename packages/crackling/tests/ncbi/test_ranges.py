"""Compare the reader of ranges with the plain bytes, and test how much memory it uses."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crackling.ncbi.download import AHEAD, RemoteFile, Transfer
from crackling.ncbi.http import Client
from crackling.ncbi.rate import Rate
from localcloud.standins.faults import (
    Fault,
    Misbehaviour,
    Reply,
    cut,
    no_ranges,
    refused_ranges,
    slow,
    status,
    web_page,
)
from localcloud.standins.ncbi import NcbiStandIn
from support.ncbi import HURRIED

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/genomes/all/some.gz"


@pytest.fixture(scope="module")
def server() -> Iterator[NcbiStandIn]:
    with NcbiStandIn({}) as stand_in:
        yield stand_in


def transfer(
    server: NcbiStandIn, body: bytes, block: int, *, ranges: bool = True, attempts: int = 4, size: bool = True
) -> Transfer:
    server.files[PATH] = body
    retry_policy = replace(
        HURRIED, file_attempts=attempts, first_wait_seconds=0.0001, max_wait_seconds=0.0001
    )
    client = Client(server.url, retry_policy=retry_policy, rate=Rate(100_000))
    file = RemoteFile(f"{server.origin}{PATH}", "some.gz", "", len(body) if size else None, ranges)
    return Transfer(client, file, block=block, at_once=3)


misfortune = st.one_of(
    st.integers(0, 400).map(cut), st.just(status(503)), st.just(web_page()), st.just(no_ranges(announced=True)),
    st.just(refused_ranges),
)  # fmt: skip


@given(
    size=st.integers(0, 700),
    block=st.integers(1, 300),
    start=st.integers(0, 750),
    faults=st.dictionaries(st.integers(1, 12), misfortune, max_size=5),
    ranges=st.booleans(),
    known=st.booleans(),
)
@example(
    size=700, block=100, start=0, faults={1: cut(99), 2: cut(1), 7: no_ranges()}, ranges=True, known=True
)
@example(size=0, block=1, start=0, faults={}, ranges=True, known=True)
def test_any_file_in_any_blocks_with_any_cuts(
    server: NcbiStandIn,
    size: int,
    block: int,
    start: int,
    faults: dict[int, Misbehaviour],
    ranges: bool,
    known: bool,
) -> None:
    body = random.Random(size).randbytes(size).replace(b"<", b"+")
    server.faults = [Fault("some", what, nth=[number]) for number, what in faults.items()]
    block = max(block, size // 40)  # requests cost time
    start = min(start, size)
    # If the size is unknown, a cut file is only a shorter one, which the md5 detects and not this reader.
    reader = transfer(
        server, body, block, ranges=ranges, attempts=len(faults) + 1, size=known or bool(faults)
    )
    assert b"".join(reader.blocks(start)) == body[start:]


def test_only_so_many_blocks_are_held(server: NcbiStandIn) -> None:
    """The number of blocks in memory is bounded, however slow the reader is."""
    server.faults = []
    server.asked.clear()
    body = bytes(10_000)
    blocks = transfer(server, body, 100).blocks()
    assert next(blocks) == body[:100]
    time.sleep(0.3)
    assert len(server.asked) == AHEAD
    assert b"".join(blocks) == body[100:]
    assert len(server.asked) == 100


def test_ranges_are_downloaded_in_parallel(server: NcbiStandIn) -> None:
    """The server answers only when three requests are open."""
    barrier = threading.Barrier(3)

    def together(reply: Reply) -> Reply:
        barrier.wait(5)
        return reply

    server.faults = [Fault("some", together)]
    reader = replace(transfer(server, bytes(6_000), 1_000), client=Client(server.url, rate=Rate(1_000)))
    assert b"".join(reader.blocks()) == bytes(6_000)


def test_a_broken_range_is_resumed_where_it_broke(server: NcbiStandIn) -> None:
    server.faults = [Fault("some", cut(70), nth=[1])]
    server.asked.clear()
    assert b"".join(transfer(server, bytes(100), 100).blocks()) == bytes(100)
    assert [asked.headers["range"] for asked in server.asked] == ["bytes=0-99", "bytes=70-99"]


def test_the_start_is_not_asked_for(server: NcbiStandIn) -> None:
    server.faults = []
    server.asked.clear()
    assert b"".join(transfer(server, bytes(250), 100).blocks(120)) == bytes(130)
    assert sorted(asked.headers["range"] for asked in server.asked) == ["bytes=120-219", "bytes=220-249"]


@pytest.mark.parametrize("fault", [slow(2, piece=10), status(503, retry_after="2")])
def test_a_reader_that_gives_up_is_not_kept_waiting(server: NcbiStandIn, fault: Misbehaviour) -> None:
    """A reader that stops waits neither for a silent range nor between attempts."""
    server.faults = [Fault("some", fault, nth=range(2, 100))]
    reader = transfer(server, bytes(1_000), 100)
    patient = Client(server.url, rate=Rate(1_000))
    reader = replace(reader, client=patient, at_once=1)  # so that the first block is the first request
    blocks = reader.blocks()
    assert next(blocks) == bytes(100)
    started = time.monotonic()
    blocks.close()
    assert time.monotonic() - started < 1
