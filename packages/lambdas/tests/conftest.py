from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crackling_aws.ec2_workers import RunningWorker
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from fakes.dynamodb import FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import Email, FakeSNS
from fakes.sqs import FakeSQS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Before the handlers are imported: telemetry is silent and needs no account.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "test",  # metrics that no request flushes are flushed once there are a hundred
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
}


# Importing it makes a socket for traces, which is forbidden once tests run.
from crackling_lambdas.runtime import telemetry as functions


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-contract", action="store_true", help="write what the page is built against anew"
    )
    parser.addoption(
        "--examples", type=int, default=20, help="requests of each kind that the API is fuzzed with"
    )


class Ncbi:
    """Stand for NCBI: know every assembly, until told to raise `error`."""

    def __init__(self) -> None:
        self.bases = 48
        self.error: Exception | None = None

    def assembly(self, accession: str) -> Any:
        del accession
        if self.error:
            raise self.error
        return SimpleNamespace(bases=self.bases, organism="Lambdavirus lambda")


class Fleet:
    """Launch as many workers as requested, until told to raise `error`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.error: Exception | None = None
        self.workers: dict[str, RunningWorker] = {}
        self.ended: list[str] = []

    def launch(self, genome_id: str, claim: str, bases: int) -> str:
        del bases
        if self.error:
            raise self.error
        instance = f"i-{claim}"
        self.workers[instance] = RunningWorker(instance, genome_id, claim, self.clock())
        return instance

    def running(self) -> list[RunningWorker]:
        return list(self.workers.values())

    def terminate(self, instance_id: str) -> None:
        self.ended.append(instance_id)
        del self.workers[instance_id]


@dataclass
class Cloud:
    """Hold clients, stores, NCBI and workers; `sent` are the messages, `emails` the emails, `now` the time."""

    dynamodb: Any
    s3: Any
    sqs: Any
    sns: Any
    sent: list[tuple[str, str]]
    emails: list[Email]
    jobs: JobStore
    genomes: GenomeStore
    ec2: Any = None
    ssm: Any = None
    now: float = 100.0
    ncbi: Ncbi = field(default_factory=Ncbi)
    fleet: Fleet = field(init=False)

    def __post_init__(self) -> None:
        self.fleet = Fleet(lambda: self.now)


@pytest.fixture
def cloud() -> Cloud:
    sent: list[tuple[str, str]] = []
    emails: list[Email] = []
    dynamodb: Any = FakeDynamoDB()
    return Cloud(
        dynamodb=dynamodb,
        s3=FakeS3(hides_missing=True),
        sqs=FakeSQS(lambda url, body: sent.append((url, body))),
        sns=FakeSNS(emails.append),
        sent=sent,
        emails=emails,
        jobs=JobStore(dynamodb, "jobs"),
        genomes=GenomeStore(dynamodb, "genomes"),
    )


@dataclass
class Telemetry:
    """Hold what was logged as a warning or an error, and what was counted."""

    lines: list[Any] = field(default_factory=list)  # records, whose extra fields have no types
    counted: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return every line with its extra fields and its exception, as the log has them."""
        return "\n".join(f"{line.getMessage()} {vars(line)}" for line in self.lines)


class Collector(logging.Handler):
    """Collect records in a list."""

    def __init__(self, lines: list[logging.LogRecord]) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record)


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Telemetry:
    """Collect the functions' warnings, errors and metrics, which are silent in other tests."""
    found = Telemetry()
    for name in (os.environ["POWERTOOLS_SERVICE_NAME"], *functions.PACKAGES):
        logger = logging.getLogger(name)
        counters = [each for each in logger.handlers if isinstance(each, functions.FailureCounter)]
        monkeypatch.setattr(logger, "handlers", [Collector(found.lines), *counters])
        monkeypatch.setattr(logger, "level", logging.WARNING)
        logger.manager._clear_cache()  # type: ignore[attr-defined]  # of the levels that are enabled
    monkeypatch.setattr(functions.metrics, "add_metric", lambda name, *_: found.counted.append(name))
    return found


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide a folder for temporary files, including those that code makes with tempfile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path
