from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from crackling.annotation import UNKNOWN, Locus
from crackling.annotation.annotation import read_gff
from crackling.results import Kind
from crackling_aws.models.genomes import IndexFile, Part, Source
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.handlers import api
from crackling_lambdas.jobs.scanning import chunks, query_sites
from fakes.dynamodb import FakeDynamoDB
from fakes.s3 import FakeS3
from fakes.sns import FakeSNS
from fakes.sqs import FakeSQS
from simulator import science
from simulator.world import CONTEXT, ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

    from crackling.ncbi import Assembly

NOW = 1_800_000_000.0
SERVICES = ("dynamodb", "s3", "sqs", "sns")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class FakeCatalogue:
    """Return what it was given, or fail."""

    found: list[Assembly] = field(default_factory=list)
    error: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def search(self, text: str, limit: int) -> list[Assembly]:
        self.asked.append(text)
        if self.error:
            raise self.error
        return self.found[:limit]


@dataclass
class Service:
    """Run the API on fakes, and hold the stores behind it."""

    clients: Any
    sent: list[tuple[str, str]]
    jobs: JobStore
    targets: TargetStore
    genomes: GenomeStore
    catalogue: FakeCatalogue
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
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
            if query
            else None,
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
        assert isinstance(
            answer["body"], str
        )  # what API Gateway documents, also for an answer without content
        return Answer(answer["statusCode"], headers, answer["body"])

    def make_ready(self, genome_id: str = "phage", *, annotated: bool = False) -> None:
        self.genomes.claim(genome_id, "c", Source.UPLOAD, [Part.FASTA, Part.ISSL], NOW)
        self.genomes.fasta_done(genome_id, "c", 1, 48502, NOW)
        if annotated:
            self.genomes.annotation_done(genome_id, "c", NOW)
        self.genomes.issl_done(genome_id, "c", [IndexFile(f"genomes/{genome_id}/c/genome.issl", 9)], NOW)
        self.genomes.mark_ready(genome_id, "c", NOW)
        self.clients.s3.objects["genome", f"genomes/{genome_id}/c/genome.issl"] = b"|g:ACGT"

    def annotate(self, gff: str, genome_id: str = "phage") -> None:
        """Prepare the genome anew, with its genes."""
        self.genomes.delete(genome_id)
        self.make_ready(genome_id, annotated=True)
        out = io.BytesIO()
        read_gff(io.BytesIO(gff.encode()), "genes").write(out)
        self.clients.s3.objects["genome", keys.genes(genome_id, "c")] = out.getvalue()

    def submit(self, sequence: str | None = None, **more: Any) -> str:
        self.make_ready()
        job_id: str = self.ask("POST", "/jobs", {"sequence": sequence, "genome": "phage", **more}).json[
            "jobId"
        ]
        return job_id

    def pin(self, job_id: str, claim: str = "c") -> None:
        """Pin a job to the preparation of its genome, as the release of its scan does."""
        self.genomes.use("phage", claim, int(NOW) + 100)
        self.jobs.pin(job_id, claim, NOW)

    def score(
        self,
        job_id: str,
        sequence: str,
        only: int | None = None,
        kind: Kind = Kind.SEQUENCE,
        locus: Locus = UNKNOWN,
    ) -> None:
        """Do what the pipeline does; `only` the first so many chunks."""
        sites = query_sites(sequence, kind)
        self.pin(job_id)
        self.jobs.set_guides(job_id, len(sites), NOW)
        for chunk in list(chunks(job_id, sites, 2))[:only]:
            guides = [query.site.guide for query in chunk.sites]
            self.targets.create(chunk, 9)
            self.targets.save_consensus(chunk, [science.efficiency(guide) for guide in guides], NOW)
            scores = [science.specificity(b"x", guide) for guide in guides]
            self.targets.save_off_target(chunk, scores, NOW, [locus] * len(guides))


def _build(environment: dict[str, str]) -> Any:
    """Build one application for all tests, on clients that each test replaces."""
    clients = SimpleNamespace(**{name: _Replaceable() for name in SERVICES})
    catalogue = _Replaceable()
    handler = api.make_handler(environment, clients, lambda: NOW, science.Indexes, catalogue)
    return clients, catalogue, handler


@pytest.fixture(scope="session")
def built() -> Any:
    return _build(ENVIRONMENT)


@pytest.fixture(scope="session")
def built_without_email() -> Any:
    """Build the API as in a deployment whose settings name no domains."""
    names = ENVIRONMENT.keys() - {"MAIL_TOPIC", "MAIL_DOMAINS"}
    return _build({name: ENVIRONMENT[name] for name in names})


class _Replaceable:
    target: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)


@pytest.fixture
def service(built: Any, scratch: Path) -> Service:
    return _serve(built)


@pytest.fixture
def service_without_email(built_without_email: Any, scratch: Path) -> Service:
    return _serve(built_without_email)


def _serve(built: Any) -> Service:
    replaceable, catalogue, handler = built
    catalogue.target = FakeCatalogue()
    sent: list[tuple[str, str]] = []
    clients = SimpleNamespace(
        dynamodb=FakeDynamoDB(),
        s3=FakeS3(hides_missing=True),
        sqs=FakeSQS(lambda url, body: sent.append((url, body))),
        sns=FakeSNS(),
    )
    for name in SERVICES:
        getattr(replaceable, name).target = getattr(clients, name)
    return Service(
        clients,
        sent,
        JobStore(clients.dynamodb, "jobs"),
        TargetStore(clients.dynamodb, "targets", "jobs"),
        GenomeStore(clients.dynamodb, "genomes"),
        catalogue.target,
        handler,
    )
