"""Work for a claim that no longer owns its genome is stopped at the next report, and leaves nothing."""

from __future__ import annotations

import io
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import pytest

from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import Part, Source, Venue
from crackling_aws.preparation.download import Download
from crackling_aws.preparation.indexing import IsslIndex
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from fakes.dynamodb import FakeDynamoDB
from fakes.known import known
from fakes.s3 import FakeS3
from fakes.sqs import FakeSQS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crackling_aws.preparation.download import OnProgress
    from crackling_aws.preparation.indexing import OnStage

MESSAGE = PrepareGenome("g", "c1")


@pytest.fixture
def clock() -> Callable[[], float]:
    ticks = count(1000, 3)  # each look at it is a report's pause later
    return lambda: next(ticks)


@pytest.fixture
def prepared(clock: Callable[[], float]) -> SimpleNamespace:
    dynamodb: Any = FakeDynamoDB()
    s3: Any = FakeS3()
    genomes, jobs = GenomeStore(dynamodb, "genomes"), JobStore(dynamodb, "jobs")
    genomes.claim("g", "c1", Source.ACCESSION, (Part.FASTA, Part.ISSL), 1)
    genomes.begun("g", "c1", Venue.WORKER, 8, 20, None, 2)
    return SimpleNamespace(
        s3=s3, sqs=FakeSQS(lambda *_: None), genomes=genomes, jobs=jobs, objects=ObjectStore(s3, "genome"),
        failure=Failure(genomes=genomes, jobs=jobs, clock=clock),
    )  # fmt: skip


def lose(prepared: SimpleNamespace) -> None:
    assert prepared.genomes.retry("g", "c1", "c2", before=10**9, now=50)


def test_a_download_is_stopped(
    prepared: SimpleNamespace, clock: Callable[[], float], caplog: pytest.LogCaptureFixture
) -> None:
    @contextmanager
    def download_fasta(_accession: str, on_progress: OnProgress) -> Iterator[BinaryIO]:
        yield io.BytesIO(b">a\nACGT\n")
        on_progress(1, 2)
        lose(prepared)
        on_progress(2, 2)

    proceeded = []
    Download(
        genomes=prepared.genomes, objects=prepared.objects, download_fasta=download_fasta, limit=None,
        proceed=lambda *_: proceeded.append(1), failure=prepared.failure, clock=clock,
    ).run(MESSAGE)  # fmt: skip
    assert proceeded == []
    assert not prepared.s3.objects
    found = known(prepared.genomes.get("g"))
    assert (found.claim, found.done, found.progress) == ("c2", frozenset(), None)
    assert "The download stops: The genome g is not prepared under c1" in caplog.text


def test_a_build_is_stopped(
    prepared: SimpleNamespace, clock: Callable[[], float], caplog: pytest.LogCaptureFixture
) -> None:
    prepared.genomes.fasta_done("g", "c1", 1, 8, 3)
    prepared.objects.put(keys.fasta("g", "c1"), b">a\nACGTACGT\n")

    def build(sources: list[Path], out: Path, *, progress: OnStage) -> NoReturn:
        del sources, out
        progress("reading", 4, 0)
        lose(prepared)
        progress("reading", 8, 0)
        pytest.fail("went on")

    release = Release(
        genomes=prepared.genomes, jobs=prepared.jobs, scans=Queue(prepared.sqs, "scan"), clock=clock
    )
    IsslIndex(
        genomes=prepared.genomes,
        objects=prepared.objects,
        release=release,
        failure=prepared.failure,
        build=build,
        clock=clock,
    ).run(MESSAGE)
    assert [key for _, key in prepared.s3.objects] == [keys.fasta("g", "c1")]
    assert known(prepared.genomes.get("g")).done == frozenset()
    assert "The build of the index stops: The genome g is not prepared under c1" in caplog.text
