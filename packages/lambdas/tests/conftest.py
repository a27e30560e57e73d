from __future__ import annotations

import os
import tempfile
from types import SimpleNamespace

import pytest

from crackling_aws.ec2_workers import RunningWorker
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from fakes.dynamodb import FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import FakeSNS, Mail
from fakes.sqs import FakeSQS

# Before the handlers are imported: telemetry is silent and needs no account.
os.environ |= {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
    "POWERTOOLS_SERVICE_NAME": "test",
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-contract", action="store_true", help="write what the page is built against anew"
    )


class Ncbi:
    """Stand for NCBI: know every assembly, until told to raise `error`."""

    def __init__(self):
        self.bases, self.error = 48, None

    def assembly(self, accession):
        del accession
        if self.error:
            raise self.error
        return SimpleNamespace(bases=self.bases, organism="Lambdavirus lambda")


class Fleet:
    """Launch as many workers as requested, until told to raise `error`."""

    def __init__(self, clock):
        self.clock, self.error = clock, None
        self.workers, self.ended = {}, []

    def launch(self, genome, claim, bases):
        del bases
        if self.error:
            raise self.error
        instance = f"i-{claim}"
        self.workers[instance] = RunningWorker(instance, genome, claim, self.clock())
        return instance

    def running(self):
        return list(self.workers.values())

    def terminate(self, instance_id):
        self.ended.append(instance_id)
        del self.workers[instance_id]


@pytest.fixture
def cloud():
    """Provide clients, stores, NCBI and workers; `sent` are the messages, `mails` the mails, `now` the time."""
    sent: list[tuple[str, str]] = []
    mails: list[Mail] = []
    dynamodb = FakeDynamoDB()
    cloud = SimpleNamespace(
        dynamodb=dynamodb, s3=FakeS3(hides_missing=True), sqs=FakeSQS(lambda url, body: sent.append((url, body))), sent=sent,
        sns=FakeSNS(mails.append), mails=mails,
        jobs=JobStore(dynamodb, "jobs"), genomes=GenomeStore(dynamodb, "genomes"), ncbi=Ncbi(), ec2=None, ssm=None, now=100.0,
    )  # fmt: skip
    cloud.fleet = Fleet(lambda: cloud.now)
    return cloud


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """Provide a folder for temporary files, including those that code makes with tempfile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path
