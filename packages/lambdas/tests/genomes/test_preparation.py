"""Test how a preparation begins: size, venue and start, refusals and temporary errors."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from crackling.errors import CracklingError, InputError
from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import GenomeState, Part, Source, Venue
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.preparation.release import Failure
from crackling_aws.queues import Queue
from crackling_aws.stores.objects import ObjectStore
from crackling_aws.stores.usage import UsageStore
from crackling_lambdas.caps import Cap, Caps, Resource
from crackling_lambdas.genomes.expectation import START_SECONDS, Expectations
from crackling_lambdas.genomes.preparation import NCBI_TIMEOUT_SECONDS, Preparations
from crackling_lambdas.genomes.sizes import Sizes
from fakes.known import known

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Cloud, Telemetry

ACCESSION = "GCF_000840245.1"
LIMIT = 100
WORKER_HOURS = 13
DOWNLOAD = ("download", f'{{"genome_id": "{ACCESSION}", "claim": "c1"}}')


@pytest.fixture
def begin(cloud: Cloud) -> Callable[[str], None]:
    def clock() -> float:
        return cloud.now

    return Preparations(
        genomes=cloud.genomes,
        sizes=Sizes(assemblies=cloud.ncbi, objects=ObjectStore(cloud.s3, "genome")),
        downloads=Queue[PrepareGenome](cloud.sqs, "download"),
        launcher=cloud.fleet,
        failure=Failure(genomes=cloud.genomes, jobs=cloud.jobs, clock=clock),
        expectations=Expectations(genomes=cloud.genomes, lambda_limit_bases=LIMIT),
        caps=Caps(
            usage=UsageStore(cloud.dynamodb, "usage"),
            caps={Resource.WORKER_HOURS: Cap(0, 2 * WORKER_HOURS)},
            clock=clock,
        ),
        worker_hours=WORKER_HOURS,
        clock=clock,
    ).begin


def claim(
    cloud: Cloud, genome_id: str = ACCESSION, source: Source = Source.ACCESSION, token: str = "c1"
) -> str:
    assert cloud.genomes.claim(genome_id, token, source, set(Part), cloud.now)
    return genome_id


def upload(cloud: Cloud, content: bytes) -> None:
    claim(cloud, "mine", Source.UPLOAD)
    cloud.s3.objects["genome", "uploads/mine/genome"] = content


def waiting_job(cloud: Cloud, genome_id: str = ACCESSION) -> None:
    cloud.jobs.create(Job("j", genome_id, JobOptions(), 200, created=1, updated=1, expires=9))
    cloud.genomes.add_waiter(genome_id, "j", 9)


@pytest.mark.parametrize(("bases", "venue"), [(LIMIT, Venue.LAMBDA), (LIMIT + 1, Venue.WORKER)])
def test_the_size_decides_the_venue(
    cloud: Cloud, begin: Callable[[str], None], bases: int, venue: Venue
) -> None:
    cloud.ncbi.bases = bases
    begin(claim(cloud))
    found = known(cloud.genomes.get(ACCESSION))
    assert (found.venue, found.expected_bases, found.organism) == (venue, bases, "Lambdavirus lambda")
    assert found.expected_seconds == START_SECONDS[venue]
    assert (cloud.sent, found.worker) == (([DOWNLOAD], None) if venue is Venue.LAMBDA else ([], "i-c1"))


def damaged(cloud: Cloud, bases: int) -> None:
    """Store a genome whose index was found damaged, and whose upload has expired."""
    claim(cloud, "mine", Source.UPLOAD)
    cloud.genomes.begun("mine", "c1", Venue.LAMBDA, bases, 20, None, cloud.now)
    cloud.genomes.fasta_done("mine", "c1", 1, bases, cloud.now)
    cloud.genomes.mark_ready("mine", "c1", cloud.now)
    assert cloud.genomes.mark_damaged("mine", "c1", cloud.now)


@pytest.mark.parametrize(("bases", "venue"), [(LIMIT, Venue.LAMBDA), (LIMIT + 1, Venue.WORKER)])
def test_an_index_is_built_anew_where_genomes_of_its_size_are_prepared(
    cloud: Cloud, begin: Callable[[str], None], bases: int, venue: Venue
) -> None:
    damaged(cloud, bases)
    begin("mine")
    found = known(cloud.genomes.get("mine"))
    assert (found.state, found.venue, found.expected_bases) == (GenomeState.PREPARING, venue, bases)
    message = ("download", '{"genome_id": "mine", "claim": "c1"}')
    assert (cloud.sent, found.worker) == (([message], None) if venue is Venue.LAMBDA else ([], "i-c1"))


def test_the_size_of_an_upload_is_estimated_from_its_file(cloud: Cloud, begin: Callable[[str], None]) -> None:
    upload(cloud, b">a\n" + b"ACGT" * 20)
    begin("mine")
    found = known(cloud.genomes.get("mine"))
    assert (found.venue, found.expected_bases, found.organism) == (Venue.LAMBDA, 83, None)


def test_a_packed_upload_counts_four_bases_a_byte(cloud: Cloud, begin: Callable[[str], None]) -> None:
    upload(cloud, packed := gzip.compress(b">a\nACGT\n"))
    begin("mine")
    found = known(cloud.genomes.get("mine"))
    assert (found.venue, found.expected_bases) == (Venue.WORKER, 4 * len(packed))


@pytest.mark.parametrize("step", ["begun", "launched"])
def test_a_repetition_takes_up_where_the_first_died(
    cloud: Cloud, begin: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    cloud.ncbi.bases = LIMIT + 1
    claim(cloud)
    with monkeypatch.context() as patch:
        patch.setattr(cloud.genomes, step, None)
        with pytest.raises(TypeError):
            begin(ACCESSION)
    begin(ACCESSION)
    begin(ACCESSION)
    assert known(cloud.genomes.get(ACCESSION)).worker == "i-c1"
    assert len(cloud.fleet.workers) == 1


def test_a_download_is_queued_again_until_it_is_done(cloud: Cloud, begin: Callable[[str], None]) -> None:
    begin(claim(cloud))
    begin(ACCESSION)
    cloud.genomes.fasta_done(ACCESSION, "c1", 1, 48, 5)
    begin(ACCESSION)
    assert cloud.sent == [DOWNLOAD] * 2


def test_what_does_not_exist_fails_with_its_waiters(cloud: Cloud, begin: Callable[[str], None]) -> None:
    cloud.ncbi.error = InputError("NCBI has suppressed it")
    waiting_job(cloud)
    begin(claim(cloud))
    assert known(cloud.genomes.get(ACCESSION)).reason == "NCBI has suppressed it"
    assert "NCBI has suppressed it" in str(known(cloud.jobs.get("j")).failure)
    assert cloud.sent == []


@pytest.mark.parametrize(("content", "says"), [(b"", "is empty"), (None, "no file was uploaded")])
def test_an_upload_that_is_not_there_is_refused(
    cloud: Cloud, begin: Callable[[str], None], content: bytes, says: str
) -> None:
    claim(cloud, "mine", Source.UPLOAD)
    if content is not None:
        cloud.s3.objects["genome", "uploads/mine/genome"] = content
    begin("mine")
    assert says in str(known(cloud.genomes.get("mine")).reason)


def test_a_genome_for_which_there_is_no_machine_fails_with_the_reason(
    cloud: Cloud, begin: Callable[[str], None], telemetry: Telemetry
) -> None:
    cloud.ncbi.bases = 10**12
    cloud.fleet.error = CracklingError("more than any worker can prepare")
    waiting_job(cloud)
    begin(claim(cloud))
    assert known(cloud.genomes.get(ACCESSION)).reason == "more than any worker can prepare"
    assert "more than any worker" in str(known(cloud.jobs.get("j")).failure)
    assert f"The genome {ACCESSION} cannot be prepared: more than any worker can prepare" in telemetry.text
    assert telemetry.counted == ["HandledFailures"]


def test_a_transient_error_is_logged_and_fails_nothing_for_a_while(
    cloud: Cloud, begin: Callable[[str], None], telemetry: Telemetry
) -> None:
    cloud.ncbi.error = CracklingError("NCBI cannot be reached")
    begin(claim(cloud))
    cloud.now += NCBI_TIMEOUT_SECONDS - 1
    begin(ACCESSION)
    line = f"The genome {ACCESSION} does not begin yet: NCBI cannot be reached"
    assert [each.getMessage() for each in telemetry.lines] == [line] * 2
    assert telemetry.counted == ["HandledFailures"] * 2
    assert known(cloud.genomes.get(ACCESSION)).state is GenomeState.PREPARING
    cloud.now += 1
    begin(ACCESSION)
    assert known(cloud.genomes.get(ACCESSION)).reason == "NCBI cannot be reached"


def test_trouble_that_passed_leaves_no_trace(cloud: Cloud, begin: Callable[[str], None]) -> None:
    cloud.ncbi.error = CracklingError("NCBI cannot be reached")
    begin(claim(cloud))
    cloud.ncbi.error = None
    begin(ACCESSION)
    assert cloud.sent == [DOWNLOAD]


def test_waiters_of_a_failure_are_failed_by_a_repetition(cloud: Cloud, begin: Callable[[str], None]) -> None:
    waiting_job(cloud)
    claim(cloud)
    cloud.genomes.mark_failed(ACCESSION, "c1", "broken", 5)
    begin(ACCESSION)
    assert "broken" in str(known(cloud.jobs.get("j")).failure)


def test_what_an_earlier_preparation_left_is_deleted_and_nothing_else(
    cloud: Cloud, begin: Callable[[str], None]
) -> None:
    mine = f"genomes/{ACCESSION}/c1/genome.fa.gz"
    for key in (f"genomes/{ACCESSION}/c0/genome.fa.gz", mine, "genomes/other/c0/genome.issl"):
        cloud.s3.objects["genome", key] = b"x"
    begin(claim(cloud))
    assert sorted(key for _, key in cloud.s3.objects) == [mine, "genomes/other/c0/genome.issl"]


def test_the_files_of_a_later_preparation_are_spared(
    cloud: Cloud, begin: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim changes hands while this attempt, of the older one, is under way."""
    claim(cloud)
    later = f"genomes/{ACCESSION}/c2/genome.fa.gz"
    listing = cloud.s3.list_objects_v2

    def meanwhile(**request: Any) -> Any:
        cloud.genomes.mark_failed(ACCESSION, "c1", "x", 5)
        cloud.genomes.claim(ACCESSION, "c2", Source.ACCESSION, set(Part), 6)
        cloud.s3.objects["genome", later] = b"x"
        return listing(**request)

    monkeypatch.setattr(cloud.s3, "list_objects_v2", meanwhile)
    begin(ACCESSION)
    assert ("genome", later) in cloud.s3.objects


def test_workers_have_their_hours_of_a_day(cloud: Cloud, begin: Callable[[str], None]) -> None:
    cloud.ncbi.bases = LIMIT + 1
    for name in ("GCF_1.1", "GCF_2.1", "GCF_3.1"):
        begin(claim(cloud, name, token=name))
        begin(name)
    assert set(cloud.fleet.workers) == {"i-GCF_1.1", "i-GCF_2.1"}
    reason = str(known(cloud.genomes.get("GCF_3.1")).reason)
    assert (
        "hours of machines for large genomes: 26 for all users together; use a genome that is ready" in reason
    )


def test_a_worker_that_does_not_start_takes_no_hours(cloud: Cloud, begin: Callable[[str], None]) -> None:
    cloud.ncbi.bases = LIMIT + 1
    cloud.fleet.error = CracklingError("no image")
    for name in ("GCF_1.1", "GCF_2.1", "GCF_3.1"):
        begin(claim(cloud, name, token=name))
        assert known(cloud.genomes.get(name)).reason == "no image"
    cloud.fleet.error = None
    begin(claim(cloud))
    assert set(cloud.fleet.workers) == {"i-c1"}
