"""Test the whole preparation of phage lambda on moto."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, cast

import pytest
from botocore.exceptions import ClientError

from crackling.errors import InputError, TransferError
from crackling.specificity import Index, build_index
from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import GenomeState, Part, Phase, Progress, Source
from crackling_aws.models.jobs import Job, JobOptions, Status
from crackling_aws.stores.jobs import JobStore
from crackling_worker.preparation import MAX_RETRIES, Outcome, make_preparation
from crackling_worker.settings import WorkerSettings
from crackling_worker.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from crackling_aws.clients import Clients
    from crackling_aws.models.genomes import Genome
    from crackling_aws.preparation.download import DownloadFasta, OnProgress
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_worker.preparation import Preparation

FASTA = Path(__file__).parents[3] / "sample" / "lambda_phage.fa"
GENOME, CLAIM, JOB, INSTANCE = "GCF_000840245.1", "c" * 32, "j" * 32, "i-0123456789abcdef0"
PARTS = (Part.FASTA, Part.ISSL)


def download_fasta(_accession: str, _on_progress: OnProgress) -> BinaryIO:
    return FASTA.open("rb")


def prepare(clients: SimpleNamespace, download_fasta: DownloadFasta, claim: str) -> Preparation:
    settings = WorkerSettings(
        jobs_table="jobs", genomes_table="genomes", genome_bucket="genome", scan_queue_url=clients.queue,
        ncbi_url="", max_hours=1,
    )  # fmt: skip
    return make_preparation(
        message=PrepareGenome(GENOME, claim),
        settings=settings,
        clients=cast("Clients", clients),
        download_fasta=download_fasta,
        instance_id=INSTANCE,
        clock=time.time,
    )


class Case:
    """Hold a claimed genome with a job that waits for it."""

    def __init__(
        self,
        clients: SimpleNamespace,
        download_fasta: DownloadFasta = download_fasta,
    ) -> None:
        self.clients = clients
        self.preparation = prepare(clients, download_fasta, CLAIM)
        self.genomes = self.preparation.genomes
        self.jobs = JobStore(clients.dynamodb, "jobs")
        now = time.time()
        self.jobs.create(Job(JOB, GENOME, JobOptions(), 200, now, now, int(now) + 1000))
        self.genomes.add_waiter(GENOME, JOB, int(now) + 1000)
        self.genomes.claim(GENOME, CLAIM, Source.ACCESSION, PARTS, now)

    def run(self, **options: Any) -> Outcome:
        watched: dict[str, Any] = {
            "beat": self.preparation.beat,
            "interruption": lambda: None,
            "max_seconds": 60.0,
        }
        return self.preparation.run(Supervisor(**(watched | options), poll_seconds=0.01))

    @property
    def genome(self) -> Genome:
        found = self.genomes.get(GENOME)
        assert found
        return found

    @property
    def job(self) -> Job:
        found = self.jobs.get(JOB)
        assert found
        return found

    def queued(self) -> list[MessageTypeDef]:
        messages: list[MessageTypeDef] = self.clients.sqs.receive_message(QueueUrl=self.clients.queue).get(
            "Messages", []
        )
        return messages


def test_a_genome_becomes_ready_and_its_jobs_go_on(clients: SimpleNamespace, tmp_path: Path) -> None:
    case = Case(clients)
    assert case.run() is Outcome.READY
    assert (case.genome.state, case.genome.contigs, case.genome.bases) == (GenomeState.READY, 1, 48502)
    assert case.genome.done == frozenset(PARTS)
    assert case.job.status is Status.SCANNING
    assert [message["Body"] for message in case.queued()] == [f'{{"job_id": "{JOB}"}}']
    (file,) = case.genome.files
    case.preparation.download.objects.download(file.key, tmp_path / "uploaded.issl")
    build_index([FASTA], tmp_path / "expected.issl")
    guide = ["GACGCATAAAGATGAGACGC"]
    with Index.open(tmp_path / "uploaded.issl") as found, Index.open(tmp_path / "expected.issl") as expected:
        assert found.score(guide) == expected.score(guide)


def test_each_phase_is_named_when_it_begins(
    clients: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, told = Case(clients), list[Progress]()
    write = type(case.genomes).progress

    def recording(store: GenomeStore, genome_id: str, claim: str, progress: Progress, now: float) -> bool:
        told.append(progress)
        return write(store, genome_id, claim, progress, now)

    monkeypatch.setattr(type(case.genomes), "progress", recording)
    assert case.run() is Outcome.READY
    assert [(each.part, each.phase) for each in told] == [
        (Part.FASTA, Phase.ANNOTATING),
        (Part.ISSL, None),
        (Part.ISSL, Phase.DOWNLOADING),
        (Part.ISSL, Phase.READING),
        (Part.ISSL, Phase.SORTING),
        (Part.ISSL, Phase.WRITING),
        (Part.ISSL, Phase.UPLOADING),
    ]
    of_the_index = [each.done for each in told if each.part is Part.ISSL]
    assert of_the_index == sorted(of_the_index)
    assert 0 < of_the_index[-1] < told[-1].total == 48502, "the upload had just begun"


def test_bad_input_fails_the_genome_and_its_jobs_with_the_reason(clients: SimpleNamespace) -> None:
    def refuse(*_: object) -> NoReturn:
        raise InputError("NCBI withdrew it")

    case = Case(clients, refuse)
    assert case.run() is Outcome.FAILED
    assert (case.genome.state, case.genome.reason) == (GenomeState.FAILED, "NCBI withdrew it")
    assert case.job.failure == f"The genome {GENOME} could not be prepared: NCBI withdrew it"


@pytest.fixture
def stuck() -> Iterator[DownloadFasta]:
    """Stand for a source that never answers."""
    over = threading.Event()

    def download_fasta(*_: object) -> NoReturn:
        over.wait()
        raise TransferError("the test is over")

    yield download_fasta
    over.set()


def test_an_interrupted_preparation_is_handed_to_another_machine(
    clients: SimpleNamespace, stuck: DownloadFasta
) -> None:
    case = Case(clients, stuck)
    assert case.run(interruption=lambda: "AWS will terminate") is Outcome.RETRIED
    assert case.genome.state is GenomeState.PREPARING
    assert case.genome.claim != CLAIM
    assert (case.genome.attempts, case.genome.venue, case.genome.done) == (1, None, frozenset())
    assert case.job.failure is None


def test_an_error_that_may_pass_is_tried_elsewhere_and_at_last_told(clients: SimpleNamespace) -> None:
    def fail(*_: object) -> NoReturn:
        raise TransferError("the connection broke off")

    case = Case(clients, fail)
    for attempt in range(MAX_RETRIES):
        assert case.genome.attempts == attempt
        case.preparation = retried(case, case.genome.claim)
        assert case.run() is Outcome.RETRIED
    case.preparation = retried(case, case.genome.claim)
    assert case.run() is Outcome.FAILED
    assert str(case.genome.reason).startswith("the connection broke off. 2 machines tried.")
    assert str(case.genome.reason) in str(case.job.failure)


def test_a_full_disk_is_told_as_such(clients: SimpleNamespace) -> None:
    def fill(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    case = Case(clients, fill)
    assert case.run() is Outcome.RETRIED
    case.preparation = retried(case, case.genome.claim)
    assert case.run() is Outcome.FAILED
    assert str(case.genome.reason).startswith("The disk of its machine was full. 2 machines tried.")


def test_an_index_is_built_anew_without_a_download(clients: SimpleNamespace) -> None:
    def refuse(*_: object) -> NoReturn:
        raise TransferError("nothing is downloaded")

    case = Case(clients)
    assert case.run() is Outcome.READY
    first = case.genome.files
    case.preparation.download.objects.delete([file.key for file in first])
    assert case.genomes.mark_damaged(GENOME, CLAIM, time.time())
    case.preparation = prepare(clients, refuse, CLAIM)
    assert case.run() is Outcome.READY
    assert (case.genome.state, case.genome.files) == (GenomeState.READY, first)
    assert case.preparation.download.objects.size(first[0].key) == first[0].bytes


def test_a_repair_is_not_handed_to_another_machine(clients: SimpleNamespace) -> None:
    """Another claim would lose what its jobs are pinned to."""
    case = Case(clients)
    case.run()
    assert case.genomes.mark_damaged(GENOME, CLAIM, time.time())
    assert case.run(interruption=lambda: "AWS will terminate") is Outcome.FAILED
    assert (case.genome.state, case.genome.claim) == (GenomeState.FAILED, CLAIM)
    assert str(case.genome.reason).startswith("Its machine was taken away")


def retried(case: Case, claim: str | None) -> Preparation:
    """Return the worker of a later attempt."""
    assert claim
    return prepare(case.clients, case.preparation.download.download_fasta, claim)


def test_one_that_takes_too_long_fails(clients: SimpleNamespace, stuck: DownloadFasta) -> None:
    case = Case(clients, stuck)
    assert case.run(max_seconds=0.05) is Outcome.FAILED
    assert "longer than" in str(case.genome.reason)
    assert str(case.genome.reason) in str(case.job.failure)


def test_a_stale_claim_changes_nothing(clients: SimpleNamespace) -> None:
    case = Case(clients)
    case.genomes.mark_failed(GENOME, CLAIM, "elsewhere", time.time())
    case.genomes.claim(GENOME, "newer", Source.ACCESSION, PARTS, time.time())
    assert case.run() is Outcome.READY
    assert (case.genome.claim, case.genome.done, case.genome.progress) == ("newer", frozenset(), None)


def test_one_whose_claim_is_lost_on_the_way_stops(clients: SimpleNamespace, stuck: DownloadFasta) -> None:
    case = Case(clients, stuck)

    def beat() -> None:
        case.genomes.mark_failed(GENOME, CLAIM, "reaped", time.time())
        case.preparation.beat()

    assert case.run(beat=beat, heartbeat_seconds=0.05) is Outcome.READY
    assert case.genome.reason == "reaped"


def test_a_lost_sign_of_life_stops_nothing(clients: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def throttled(*_: object) -> NoReturn:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "UpdateItem")

    case = Case(clients)
    monkeypatch.setattr(type(case.genomes), "launched", throttled)
    assert case.run(heartbeat_seconds=0.0) is Outcome.READY


def test_it_tells_that_it_lives_and_spares_the_progress(
    clients: SimpleNamespace, stuck: DownloadFasta
) -> None:
    case = Case(clients, stuck)
    progress = Progress(Part.FASTA, 1, 2)
    case.genomes.progress(GENOME, CLAIM, progress, time.time())
    beaten: list[float] = []

    def beat() -> None:
        case.preparation.beat()
        assert (case.genome.worker, case.genome.progress) == (INSTANCE, progress)
        beaten.append(case.genome.updated)

    case.run(beat=beat, heartbeat_seconds=0.05, max_seconds=0.5)
    assert beaten == sorted(beaten)
    assert beaten[0] < beaten[-1]
