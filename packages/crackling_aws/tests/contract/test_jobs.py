from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling_aws.models.jobs import DOWNLOAD_SECONDS, IndexDownload, Job, JobOptions, Status
from crackling_aws.stores.jobs import JobKey, JobStore
from fakes.known import known

if TYPE_CHECKING:
    from types import SimpleNamespace


def a_job(job_id: str = "j1") -> Job:
    return Job(job_id, "lambda", JobOptions(consensus=3), 200, created=10.25, updated=10.25, expires=99)


@pytest.fixture
def jobs(cloud: SimpleNamespace) -> JobStore:
    store = JobStore(cloud.dynamodb, "jobs")
    assert store.create(a_job())
    return store


def test_a_job_reads_back_as_it_was_written(jobs: JobStore) -> None:
    assert jobs.get("j1") == a_job()
    assert jobs.get("j2") is None


def test_a_job_of_a_region_keeps_it(jobs: JobStore) -> None:
    job = replace(a_job("j3"), region="cI")
    assert jobs.create(job)
    assert jobs.get("j3") == job


def test_an_id_is_taken_once(jobs: JobStore) -> None:
    assert jobs.set_guides("j1", 3, 11)
    assert not jobs.create(a_job())
    assert known(jobs.get("j1")).guides == 3


def test_stages_leave_their_facts(jobs: JobStore) -> None:
    assert jobs.mark_preparing("j1", 11)
    assert known(jobs.get("j1")).status is Status.PREPARING
    assert jobs.pin("j1", "c", 12.5)
    assert known(jobs.get("j1")).status is Status.SCANNING
    assert jobs.set_guides("j1", 5, 13)
    job = known(jobs.get("j1"))
    assert (job.status, job.guides, job.updated) == (Status.SCORING, 5, 13)


def test_the_download_of_an_index_is_shown_while_it_is_under_way_and_the_scores_wait_for_it(
    jobs: JobStore,
) -> None:
    assert jobs.set_guides("j1", 5, 11)
    assert jobs.note_download("j1", 30, 100, 20)
    job = known(jobs.get("j1"))
    assert job.updated == 11
    assert job.awaited_download(20.5) == IndexDownload(30, 100, 20)
    assert job.awaited_download(20 + DOWNLOAD_SECONDS) is None, "it has ended, or its function has died"
    assert replace(job, off_target_done=1).awaited_download(20.5) is None, "another function had the index"
    assert replace(job, failure="x").awaited_download(20.5) is None
    assert jobs.note_download("j1", 100, 100, 22)
    assert known(jobs.get("j1")).awaited_download(22) is None
    assert jobs.fail("j1", "why", 23)
    assert not jobs.note_download("j1", 30, 100, 24)


def test_a_job_that_is_not_there_is_not_made(jobs: JobStore) -> None:
    assert not jobs.mark_preparing("j2", 11)
    assert not jobs.note_download("j2", 1, 2, 11)
    assert not jobs.fail("j2", "why", 11)
    assert jobs.get("j2") is None


def test_a_failed_job_stays_as_it_failed(jobs: JobStore) -> None:
    assert jobs.fail("j1", "first", 11)
    failed = known(jobs.get("j1"))
    assert (failed.status, failed.failure) == (Status.FAILED, "first")
    assert not jobs.fail("j1", "second", 12)
    assert not jobs.pin("j1", "c", 12)
    assert not jobs.set_guides("j1", 1, 12)
    assert jobs.get("j1") == failed


def test_a_complete_job_does_not_fail(jobs: JobStore) -> None:
    assert jobs.set_guides("j1", 0, 11)
    assert known(jobs.get("j1")).status is Status.COMPLETE
    assert not jobs.fail("j1", "late", 12)
    assert not jobs.fail_stalled("j1", "late", before=100, now=200)


def test_who_asked_for_email_is_noted_once_also_when_the_job_is_over(jobs: JobStore) -> None:
    assert jobs.create(Job("j2", "lambda", JobOptions(), 200, created=1, updated=1, expires=9, recipient="r"))
    assert jobs.fail("j2", "why", 11)
    assert (known(jobs.get("j2")).recipient, known(jobs.get("j2")).notified) == ("r", None)
    assert jobs.mark_notified("j2", 12.5)
    job = known(jobs.get("j2"))
    assert (job.notified, job.updated) == (12.5, 11)
    assert not jobs.mark_notified("j2", 12.5)
    assert not jobs.mark_notified("gone", 13)
    assert jobs.get("gone") is None


def test_a_recipient_is_forgotten_and_nothing_else(jobs: JobStore) -> None:
    job = replace(a_job("j2"), recipient="digest")
    assert jobs.create(job)
    assert jobs.withdraw_email("j2")
    assert jobs.get("j2") == a_job("j2")
    assert jobs.withdraw_email("j2")
    assert jobs.get("j2") == a_job("j2")
    assert jobs.mark_deleted("j2", 12)
    assert not jobs.withdraw_email("j2")
    assert not jobs.withdraw_email("never")
    assert jobs.get("never") is None


def test_stalled_jobs_are_those_without_progress_that_are_not_over(jobs: JobStore) -> None:
    for job_id in ("complete", "failed", "moving", "unscanned"):
        assert jobs.create(a_job(job_id))
    jobs.set_guides("complete", 0, 10)
    jobs.fail("failed", "x", 10)
    jobs.set_guides("moving", 4, 50)
    jobs.set_guides("j1", 4, 20)
    assert sorted(job.job_id for job in jobs.stalled(before=40)) == ["j1", "unscanned"]
    assert not jobs.fail_stalled("moving", "x", before=40, now=60)
    assert jobs.fail_stalled("j1", "x", before=40, now=60)
    assert known(jobs.get("j1")).failure == "x"


def test_the_first_pin_stays(jobs: JobStore) -> None:
    assert jobs.pin("j1", "c1", 12)
    assert jobs.pin("j1", "c2", 13)
    assert known(jobs.get("j1")).claim == "c1"
    assert not jobs.fail_unpinned("j1", "it was deleted", 14)
    assert jobs.fail("j1", "x", 15)
    assert not jobs.pin("j1", "c1", 16)


def test_a_deleted_job_is_neither_read_nor_changed_and_keeps_no_word_of_its_user(jobs: JobStore) -> None:
    job = replace(a_job("j2"), region="my gene", recipient="digest")
    assert jobs.create(job)
    assert jobs.set_guides("j2", 5, 11)
    assert jobs.mark_deleted("j2", 12)
    assert jobs.get("j2") is None
    assert jobs.remains("j2") == replace(a_job("j2"), updated=11, deleted=12)
    assert not jobs.mark_deleted("j2", 13)
    assert not jobs.pin("j2", "c1", 13)
    assert not jobs.fail_unpinned("j2", "why", 13)
    assert not jobs.fail_pinned("j2", "another", "why", 13)
    assert not jobs.set_guides("j2", 5, 13)
    assert not jobs.fail("j2", "why", 13)
    assert not jobs.mark_notified("j2", 13)
    assert not jobs.mark_deleted("never", 13)
    assert jobs.remains("j1") is None


def test_what_has_expired_or_was_deleted_is_to_be_erased_and_only_a_mark_is_forgotten(jobs: JobStore) -> None:
    assert jobs.create(a_job("j2"))
    assert jobs.mark_deleted("j2", 12)
    assert {job.job_id for job in jobs.to_erase(98.5)} == {"j2"}
    assert {job.job_id for job in jobs.to_erase(99)} == {"j1", "j2"}
    assert not jobs.forget("j1", before=100)
    assert not jobs.forget("j2", before=12)
    assert jobs.forget("j2", before=12.5)
    assert jobs.remains("j2") is None
    assert jobs.get("j1") == a_job()


def test_an_owner_finds_their_jobs_the_newest_first(jobs: JobStore) -> None:
    for number in range(5):
        job = replace(a_job(f"a{number}"), owner="ada", created=20.5 + number % 3)
        assert jobs.create(job)
    assert jobs.create(replace(a_job("b"), owner="bob"))
    assert jobs.set_guides("a1", 3, 30)  # what happens to a job does not change its place
    whole = jobs.of_owner("ada", 10)
    assert [key.created for key in whole] == [22.5, 21.5, 21.5, 20.5, 20.5]
    assert {key.job_id for key in whole} == {f"a{number}" for number in range(5)}
    # Jobs of the same moment are on one page or the other, and on no two.
    pages: list[JobKey] = []
    while page := jobs.of_owner("ada", 2, pages[-1] if pages else None):
        assert len(page) <= 2
        pages += page
    assert pages == whole
    assert jobs.of_owner("eve", 10) == []


def test_a_job_is_shared_if_it_has_an_owner(jobs: JobStore) -> None:
    assert jobs.create(replace(a_job("a"), owner="ada"))
    assert jobs.share("a", shared=True)
    assert known(jobs.get("a")).shared
    assert jobs.share("a", shared=False)
    assert not known(jobs.get("a")).shared
    assert not jobs.share("j1", shared=True)
    assert not jobs.share("none", shared=True)
    assert jobs.share("a", shared=True)
    assert jobs.mark_deleted("a", 30)
    assert not jobs.share("a", shared=True)
    assert not known(jobs.remains("a")).shared
