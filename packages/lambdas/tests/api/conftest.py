from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from crackling.results import Kind
from crackling_aws.genomes import GenomeStore
from crackling_aws.jobs import JobStore
from crackling_aws.models import IndexFile, Part, Source
from crackling_aws.targets import TargetStore
from crackling_lambdas.handlers import api
from crackling_lambdas.logic.scanning import chunks, query_sites
from fakes.dynamodb import FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sqs import FakeSQS
from simulator import science
from simulator.world import CONTEXT, ENVIRONMENT, KEYS

NOW = 1_800_000_000.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Service:
    """The API on fakes, and the stores behind it."""

    clients: Any
    sent: list[tuple[str, str]]
    jobs: JobStore
    targets: TargetStore
    genomes: GenomeStore
    handler: Any = field(default=None)

    def ask(
        self, method: str, path: str, body: Any = None, query: dict[str, str] | None = None, **more: Any
    ) -> Answer:
        event = {
            "resource": path,
            "httpMethod": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "multiValueHeaders": {"content-type": ["application/json"]},
            "queryStringParameters": query,
            "multiValueQueryStringParameters": query and {name: [value] for name, value in query.items()},
            "requestContext": {
                "path": f"/api{path}",
                "stage": "api",
                "httpMethod": method,
                "resourcePath": path,
            },
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            "isBase64Encoded": False,
            **more,
        }
        answer = self.handler(event, CONTEXT)
        headers = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        return Answer(answer["statusCode"], headers, answer["body"] or "")

    def make_ready(self, genome: str = "phage") -> None:
        self.genomes.claim(genome, "c", Source.UPLOAD, [Part.FASTA, Part.ISSL], NOW)
        self.genomes.fasta_done(genome, "c", 1, 48502, NOW)
        self.genomes.issl_done(genome, "c", [IndexFile(f"genomes/{genome}/c/genome.issl", 9)], NOW)
        self.genomes.mark_ready(genome, "c", NOW)
        self.clients.s3.objects["genome", f"genomes/{genome}/c/genome.issl"] = b"|g:ACGT"

    def submit(self, sequence: str | None = None, **more: Any) -> str:
        self.make_ready()
        return self.ask("POST", "/jobs", {"sequence": sequence, "genome": "phage", **more}).json["jobId"]

    def score(self, job_id: str, sequence: str, only: int | None = None, kind: Kind = Kind.SEQUENCE) -> None:
        """Do what the pipeline does; `only` the first so many chunks."""
        sites = query_sites(sequence, kind)
        self.jobs.set_guides(job_id, len(sites), NOW)
        for chunk in list(chunks(job_id, sites, 2))[:only]:
            guides = [query.site.guide for query in chunk.sites]
            self.targets.create(chunk, 9)
            self.targets.save_on_target(chunk, [science.efficiency(guide) for guide in guides], NOW)
            self.targets.save_off_target(chunk, [science.specificity(b"x", guide) for guide in guides], NOW)


@pytest.fixture(scope="session")
def built():
    """One application for all tests, on clients that each test replaces."""
    clients = SimpleNamespace(dynamodb=_Replaceable(), s3=_Replaceable(), sqs=_Replaceable())
    return clients, api.make_handler(ENVIRONMENT, clients, lambda: NOW, science.Indexes)


class _Replaceable:
    target: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


@pytest.fixture
def service(built, scratch):
    replaceable, handler = built
    sent: list[tuple[str, str]] = []
    clients = SimpleNamespace(
        dynamodb=FakeDynamoDB(KEYS), s3=FakeS3(), sqs=FakeSQS(lambda url, body: sent.append((url, body)))
    )
    for name in ("dynamodb", "s3", "sqs"):
        getattr(replaceable, name).target = getattr(clients, name)
    return Service(
        clients,
        sent,
        JobStore(clients.dynamodb, "jobs"),
        TargetStore(clients.dynamodb, "targets", "jobs"),
        GenomeStore(clients.dynamodb, "genomes"),
        handler,
    )
