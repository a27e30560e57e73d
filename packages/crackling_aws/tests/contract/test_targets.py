from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling.efficiency import Efficiency
from crackling.guides.sites import Site
from crackling.specificity import Specificity
from crackling_aws.models.chunks import Chunk, QuerySite
from crackling_aws.models.jobs import Job, JobOptions, Status
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.targets import TargetStore
from fakes.known import known

if TYPE_CHECKING:
    from types import SimpleNamespace

SITE = Site("query", 3, 26, "-", "ACGTACGTACGTACGTACGT", "TGG")
SITES = (QuerySite(SITE, repeated=False), QuerySite(SITE, repeated=True))
EFFICIENCY = Efficiency(True, False, True, 0.1 + 0.2, None, None)
FOLDED = Efficiency(True, True, False, -1.5, "((..))", -17.7)
SPECIFICITY = Specificity(mit=99.123456789012345, cfd=1e-9, counts=(1, 0, 2, 30, 400))
RESULTS = (EFFICIENCY, FOLDED)


def chunk(number: int = 0) -> Chunk:
    return Chunk("j1", number, 2 * number + 1, SITES)


@pytest.fixture
def jobs(cloud: SimpleNamespace) -> JobStore:
    store = JobStore(cloud.dynamodb, "jobs")
    assert store.create(Job("j1", "lambda", JobOptions(), 2, created=1, updated=1, expires=9))
    return store


@pytest.fixture
def targets(cloud: SimpleNamespace, jobs: JobStore) -> TargetStore:
    store = TargetStore(cloud.dynamodb, "targets", "jobs")
    assert store.create(chunk(), expires=9)
    return store


def test_a_chunk_reads_back_as_it_was_written(targets: TargetStore) -> None:
    assert targets.get("j1", 0) == chunk()
    assert targets.get("j1", 1) is None
    assert targets.get("j2", 0) is None


def test_results_read_back_to_the_last_digit_and_are_counted(targets: TargetStore, jobs: JobStore) -> None:
    assert targets.save_consensus(chunk(), RESULTS, now=5)
    assert targets.save_off_target(chunk(), [SPECIFICITY] * 2, now=6)
    found = known(targets.get("j1", 0))
    assert found.consensus == RESULTS
    assert found.off_target == (SPECIFICITY, SPECIFICITY)
    job = known(jobs.get("j1"))
    assert (job.consensus_done, job.off_target_done, job.updated) == (2, 2, 6)


def test_results_are_written_and_counted_once(targets: TargetStore, jobs: JobStore) -> None:
    assert targets.save_consensus(chunk(), RESULTS, now=5)
    assert not targets.save_consensus(chunk(), [FOLDED, FOLDED], now=6)
    assert known(targets.get("j1", 0)).consensus == RESULTS
    assert known(jobs.get("j1")).consensus_done == 2


def test_a_second_scan_leaves_the_chunk_and_its_results(targets: TargetStore) -> None:
    assert targets.save_consensus(chunk(), RESULTS, now=5)
    assert not targets.create(chunk(), expires=10)
    assert known(targets.get("j1", 0)).consensus == RESULTS


def test_nothing_is_written_for_a_job_that_failed_or_is_gone(targets: TargetStore, jobs: JobStore) -> None:
    assert jobs.fail("j1", "why", 4)
    assert not targets.save_consensus(chunk(), RESULTS, now=5)
    assert known(targets.get("j1", 0)).consensus is None
    stray = Chunk("j2", 0, 1, SITES)
    assert targets.create(stray, expires=9)
    assert not targets.save_consensus(stray, RESULTS, now=5)
    assert jobs.get("j2") is None
    assert known(jobs.get("j1")).consensus_done == 0


def test_nothing_is_counted_for_a_chunk_that_is_not_there(targets: TargetStore, jobs: JobStore) -> None:
    assert not targets.save_off_target(chunk(7), [SPECIFICITY] * 2, now=5)
    assert targets.get("j1", 7) is None
    assert known(jobs.get("j1")).off_target_done == 0


def test_chunks_come_in_order_and_by_range(targets: TargetStore) -> None:
    for number in (11, 2, 1):
        targets.create(chunk(number), expires=9)
    assert [found.number for found in targets.chunks("j1")] == [0, 1, 2, 11]
    assert [found.number for found in targets.chunks("j1", 1, 3)] == [1, 2]
    assert list(targets.chunks("j2")) == []


def test_a_job_is_complete_when_both_counters_are_full(targets: TargetStore, jobs: JobStore) -> None:
    jobs.set_guides("j1", 2, 3)
    targets.save_off_target(chunk(), [SPECIFICITY] * 2, now=4)
    assert known(jobs.get("j1")).status is Status.SCORING
    targets.save_consensus(chunk(), RESULTS, now=5)
    assert known(jobs.get("j1")).status is Status.COMPLETE


def test_a_job_loses_all_its_chunks_and_no_other_job_any(targets: TargetStore) -> None:
    for number in range(60):
        targets.create(chunk(number), expires=9)
    other = replace(chunk(), job_id="j2")
    assert targets.create(other, expires=9)
    targets.delete("j1")
    targets.delete("nothing")
    assert list(targets.chunks("j1")) == []
    assert list(targets.chunks("j2")) == [other]


def test_no_result_is_stored_for_a_deleted_job(targets: TargetStore, jobs: JobStore) -> None:
    assert jobs.mark_deleted("j1", 5)
    assert not targets.save_consensus(chunk(), RESULTS, now=6)
    assert known(targets.get("j1", 0)).consensus is None
