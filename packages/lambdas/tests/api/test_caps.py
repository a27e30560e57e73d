"""Test that nobody runs up the cost: what a day's caps refuse, for a client and for all, and what never lifts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crackling_lambdas.handlers import api
from simulator import science
from simulator.world import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.conftest import Answer, Service

DAY = 86_400
NOON = 1_800_000_000 // DAY * DAY + DAY // 2
A, B, C, D = ({"identity": {"sourceIp": f"192.0.2.{number}"}, "path": "/api/x"} for number in (1, 2, 3, 4))


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def capped(service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Service]:
    monkeypatch.setattr(api, "GB", 1)  # so that caps of downloads are in bytes

    def make(**caps: int) -> Service:
        environment = ENVIRONMENT | {name.upper(): str(cap) for name, cap in caps.items()}
        service.handler = api.make_handler(environment, service.clients, clock, science.Indexes)
        service.make_ready()
        return service

    return make


def submit(service: Service, who: dict[str, Any], sequence: str = "ACGT", **more: str) -> Answer:
    body = {"genome": "phage"} | ({} if "region" in more else {"sequence": sequence}) | more
    return service.ask("POST", "/jobs", body, requestContext=who)


def announce(service: Service, who: dict[str, Any], genome: str) -> Answer:
    return service.ask("POST", "/genomes", {"genome": genome}, requestContext=who)


def test_a_client_has_its_jobs_of_a_day_and_others_have_theirs(capped: Callable[..., Service]) -> None:
    service = capped(client_jobs=2)
    assert [submit(service, A).status for _ in range(3)] == [202, 202, 429]
    assert submit(service, B).status == 202


def test_a_refusal_says_what_until_when_and_what_to_do(capped: Callable[..., Service]) -> None:
    service = capped(client_jobs=1)
    submit(service, A)
    answer = submit(service, A)
    assert answer.headers["Retry-After"] == str(DAY // 2)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["title"] == "Too Many Requests"
    assert answer.json["detail"] == (
        "This exceeds the daily limit for jobs: 1 for each user; try again on 2027-01-16 (UTC), "
        "or ask whoever runs the service to raise it"
    )


def test_all_clients_together_have_a_cap_and_who_is_refused_uses_up_nothing_of_it(
    capped: Callable[..., Service],
) -> None:
    service = capped(client_jobs=1, daily_jobs=2)
    assert [submit(service, A).status for _ in range(5)] == [202, 429, 429, 429, 429]
    assert [submit(service, who).status for who in (B, C)] == [202, 429]
    assert "jobs: 2 for all users together" in submit(service, D).json["detail"]


def test_a_new_day_begins_at_midnight_utc(capped: Callable[..., Service], clock: Clock) -> None:
    service = capped(client_jobs=1)
    submit(service, A)
    clock.now += DAY / 2 - 1
    assert submit(service, A).status == 429
    clock.now += 1
    assert submit(service, A).status == 202


@pytest.mark.parametrize("scope", ["client_bases", "daily_bases"])
def test_bases_are_counted_by_the_query(capped: Callable[..., Service], scope: str) -> None:
    service = capped(**{scope: 100})
    assert [submit(service, A, "A" * size).status for size in (60, 41, 40, 1)] == [202, 429, 202, 429]


def test_a_region_counts_its_length_and_a_name_the_most_it_can_have(capped: Callable[..., Service]) -> None:
    service = capped(client_bases=1_000_100)
    assert submit(service, A, region="chr:1-100").status == 202
    assert submit(service, A, region="cI").status == 202
    assert submit(service, A, region="chr:1-1").status == 429


def test_a_list_of_guides_counts_the_bases_of_its_guides(capped: Callable[..., Service]) -> None:
    service = capped(client_bases=40)
    body = {"genome": "phage", "guides": "ACGTACGTACGTACGTACGT\nTTTTACGTACGTACGTACGT"}
    asked = [service.ask("POST", "/jobs", body, requestContext=A) for _ in range(2)]
    assert [answer.status for answer in asked] == [202, 429]


@pytest.mark.parametrize("scope", ["client_uploads", "daily_uploads"])
def test_deleting_a_genome_gives_no_upload_back(capped: Callable[..., Service], scope: str) -> None:
    service = capped(**{scope: 2})
    for genome in ("one", "two"):
        assert announce(service, A, genome).status == 201
        assert service.ask("DELETE", f"/genomes/{genome}").status == 204
    assert announce(service, A, "three").status == 429
    assert service.genomes.get("three") is None


@pytest.mark.parametrize("scope", ["client_preparations", "daily_preparations"])
def test_failing_gives_no_preparation_back(capped: Callable[..., Service], scope: str) -> None:
    service = capped(**{scope: 2})
    announce(service, A, "mine")
    service.clients.s3.objects["genome", "uploads/mine/genome"] = b">a\nACGT"
    for _ in range(2):
        assert service.ask("POST", "/genomes/mine/complete", requestContext=A).status == 202
        assert service.ask("POST", "/genomes/mine/complete", requestContext=A).status == 202  # is under way
        found = service.genomes.get("mine")
        assert found is not None
        assert found.claim is not None
        service.genomes.mark_failed("mine", found.claim, "broken", 5)
    assert service.ask("POST", "/genomes/mine/complete", requestContext=A).status == 429
    assert submit(service, A, genome="mine").status == 429
    assert submit(service, A, genome="GCF_000840245.1").status == 429
    assert submit(service, A).status == 202, "a genome that is ready needs no preparation"


def test_many_jobs_at_once_for_a_new_genome_are_one_preparation(capped: Callable[..., Service]) -> None:
    service = capped(client_preparations=1)
    assert [submit(service, A, genome="GCF_000840245.1").status for _ in range(5)] == [202] * 5


def test_what_is_refused_leaves_nothing(capped: Callable[..., Service]) -> None:
    service = capped(client_bases=3)
    assert submit(service, A).status == 429
    assert service.clients.dynamodb.tables["jobs"] == {}
    assert not [key for bucket, key in service.clients.s3.objects if bucket == "data"]


def test_what_is_refused_counts_nothing_of_anything(capped: Callable[..., Service]) -> None:
    service = capped(client_jobs=2, daily_jobs=2, client_bases=10, daily_bases=5, client_uploads=1)
    assert [submit(service, A, "A" * size).status for size in (6, 11, 7)] == [429] * 3
    assert submit(service, A, "A" * 5, email="ada@elsewhere.example").status == 422
    assert [submit(service, A, "A" * size).status for size in (4, 1)] == [202, 202]
    assert announce(service, A, "phage").status == 409, "it is ready"
    assert announce(service, A, "mine").status == 201


def test_what_fails_is_counted_since_its_work_may_have_begun(
    capped: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = capped(client_jobs=1)
    with monkeypatch.context() as broken:
        broken.setattr(service.jobs.__class__, "create", None)
        assert submit(service, A).status == 500
    assert submit(service, A).status == 429


@pytest.mark.parametrize("scope", ["client_preparations", "daily_preparations"])
def test_a_bowtie2_index_is_a_preparation_and_asking_again_is_none(
    capped: Callable[..., Service], scope: str
) -> None:
    service = capped(**{scope: 1, "bowtie2_limit_bases": 10**9})
    asked = [service.ask("POST", "/genomes/phage/bowtie2", requestContext=A).status for _ in range(3)]
    assert asked == [202, 202, 202]
    assert len(service.sent) == 1
    assert submit(service, A, genome="GCF_000840245.1").status == 429


@pytest.mark.parametrize("scope", ["client_download_gb", "daily_download_gb"])
def test_files_of_genomes_count_as_downloaded_when_their_addresses_are_given(
    capped: Callable[..., Service], scope: str
) -> None:
    service = capped(**{scope: 20_000})
    service.clients.s3.objects["genome", "genomes/phage/c/genome.issl"] = b"-" * 9_000
    asked = [service.ask("GET", "/genomes/phage/files", requestContext=A) for _ in range(3)]
    assert [answer.status for answer in asked] == [200, 200, 429]
    assert "bytes of downloads: 20,000" in asked[2].json["detail"]
    assert "https://" not in asked[2].text


def test_an_export_counts_as_downloaded_when_its_address_is_given(capped: Callable[..., Service]) -> None:
    service = capped(client_download_gb=20_000)
    job_id = submit(service, A).json["jobId"]
    service.score(job_id, "ACGTACGTACGTACGTACGTAGG")
    export = {"format": "xlsx"}
    asked = [service.ask("GET", f"/jobs/{job_id}/export", query=export, requestContext=A) for _ in range(9)]
    taken = [answer.status for answer in asked].count(303)
    assert 0 < taken < 9
    assert {answer.status for answer in asked[taken:]} == {429}
    [size] = [len(file) for (_, key), file in service.clients.s3.objects.items() if key.endswith(".xlsx")]
    assert taken == 20_000 // size


def test_large_answers_count_as_downloaded_and_small_ones_do_not(capped: Callable[..., Service]) -> None:
    service = capped(client_download_gb=1)
    assert service.ask("GET", "/genomes", requestContext=A).status == 200
    answer = service.ask("GET", "/openapi.json", requestContext=A)
    assert (answer.status, "bytes of downloads" in answer.text) == (429, True)


def test_counters_expire_within_two_days_and_hold_no_address(capped: Callable[..., Service]) -> None:
    service = capped(client_jobs=5, daily_jobs=5)
    submit(service, A)
    rows = service.clients.dynamodb.tables["usage"].values()
    assert len(rows) == 2
    assert "192.0.2" not in str(rows)
    assert {NOON < int(row["expires"]["N"]) <= NOON + 2 * DAY for row in rows} == {True}


def test_without_caps_nothing_is_counted(capped: Callable[..., Service]) -> None:
    service = capped()
    assert submit(service, A).status == 202
    assert service.clients.dynamodb.tables["usage"] == {}
