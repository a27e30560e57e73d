"""Remove each guard in turn, and check that the simulator notices it.

The techniques are those of a forgetful editor: a condition that always holds, two statements swapped, an
answer not looked at.
"""

from __future__ import annotations

import dataclasses
import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.utilities.batch import process_partial_response

from crackling_aws import queues
from crackling_aws.messages import ScoreChunk, dump
from crackling_aws.models.genomes import GenomeState, Part, Source, Venue
from crackling_aws.models.jobs import Job
from crackling_aws.preparation import download, release
from crackling_aws.stores import genomes, jobs, retirement, targets
from crackling_lambdas import reaping
from crackling_lambdas.genomes import preparation, repairs
from crackling_lambdas.handlers import notifier, scheduler
from crackling_lambdas.jobs import admission, deletion, scanning
from crackling_lambdas.jobs import email_notifier as notifying
from crackling_lambdas.runtime import consumer as consumers
from crackling_lambdas.runtime import hold
from crackling_lambdas.runtime.streams import stream_handler
from fakes.dynamodb import FakeDynamoDB
from fakes.known import known
from simulator.run import run_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from crackling_lambdas.runtime.entry import Handler
    from crackling_lambdas.runtime.streams import Keys

    Work = Callable[[str, Keys], None]

SEEDS = 2000
"""Worlds to try before a mutation counts as unnoticed."""


def always(key: str) -> str:
    return f"(attribute_exists({key}) OR attribute_not_exists({key}))"


def results_overwrite_and_count_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(targets, "NOT_SCORED", always("#jobId"))


def second_scan_overwrites_chunks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(targets, "NEW", always("#jobId"))


def failed_jobs_go_on_counting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(targets, "JOB_OPEN", "attribute_exists(#jobId)")


def jobs_that_are_over_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "NOT_FINISHED", always("#jobId"))


def complete_jobs_fail(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "NOT_FINISHED", jobs.NOT_FAILED)


def genomes_are_claimed_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(genomes, "CLAIMABLE", always("#genomeId"))


def parts_are_added_to_genomes_that_are_ready(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(genomes, "OWNED", "#claim = :claim")


def the_second_part_replaces_the_first(patch: pytest.MonkeyPatch) -> None:
    forget = lambda self, genome, claim, files, now: self._owned(  # noqa: E731
        genome, claim, done=frozenset([Part.ISSL]), files=tuple(files), updated=now
    )
    patch.setattr(genomes.GenomeStore, "issl_done", forget)


def genomes_are_read_stale(patch: pytest.MonkeyPatch) -> None:
    get_item = FakeDynamoDB.get_item

    def stale(self: Any, **request: Any) -> Any:
        request["ConsistentRead"] = request["TableName"] != "genomes"
        return get_item(self, **request)

    patch.setattr(FakeDynamoDB, "get_item", stale)


def the_genome_is_read_before_the_waiter_is_written(patch: pytest.MonkeyPatch) -> None:
    def admit(self: Any, job_id: str) -> None:
        job = self.jobs.get(job_id)
        if job is None or job.finished:
            return
        genome = self.genomes.get(job.genome_id)
        self.genomes.add_waiter(job.genome_id, job_id, job.expires)
        if genome is not None and genome.state is GenomeState.READY:
            self.release.release_job(job.genome_id, job_id)
            return
        self.jobs.mark_preparing(job_id, self.clock())
        self.claims.claim(job.genome_id, Source.UPLOAD)

    patch.setattr(admission.Admission, "admit", admit)


def waiters_are_read_before_the_genome_is_ready(patch: pytest.MonkeyPatch) -> None:
    def finish(self: Any, genome_id: str, claim: str) -> None:
        waiters = list(self.genomes.waiters(genome_id))
        found = self.genomes.get(genome_id)
        if release.owned(found, claim) and found.prepared:
            self.genomes.mark_ready(genome_id, claim, self.clock())
        for job_id in waiters:
            if known(self.genomes.get(genome_id)).state is GenomeState.READY:
                self.release_job(genome_id, job_id)

    patch.setattr(release.Release, "finish", finish)


def the_waiter_is_removed_before_its_scan_is_queued(patch: pytest.MonkeyPatch) -> None:
    one = release.Release.release_job

    def eager(self: Any, genome_id: str, job_id: str) -> None:
        self.genomes.remove_waiter(genome_id, job_id)
        one(self, genome_id, job_id)

    patch.setattr(release.Release, "release_job", eager)


def jobs_are_not_pinned(patch: pytest.MonkeyPatch) -> None:
    """Read whatever has the genome's id now."""
    preparation = genomes.GenomeStore.preparation

    def latest(self: Any, genome_id: str, claim: str) -> Any:
        found = self.get(genome_id)
        return found if genomes.is_ready(found) else preparation(self, genome_id, claim)

    patch.setattr(genomes.GenomeStore, "preparation", latest)


def a_second_pin_replaces_the_first(patch: pytest.MonkeyPatch) -> None:
    def pin(self: Any, job_id: str, claim: str, now: float) -> Any:
        return self._update(job_id, jobs.NOT_FINISHED, claim=claim, scanning=True, updated=now)

    def use(self: Any, job: Job) -> Any:
        found = self.genomes.get(job.genome_id)
        self.genomes.use(job.genome_id, found.claim, job.expires)
        return found.claim

    release_job = release.Release.release_job

    def forgetful(self: Any, genome_id: str, job_id: str) -> bool:
        found, job = self.genomes.get(genome_id), self.jobs.get(job_id)
        if job is not None and not job.finished and genomes.is_ready(found):
            pin(self.jobs, job_id, use(self, job), self.clock())
        return release_job(self, genome_id, job_id)

    patch.setattr(release.Release, "release_job", forgetful)


def genomes_are_used_without_a_note(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(genomes.GenomeStore, "use", lambda *_: True)


def genomes_in_use_are_deleted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(retirement, "UNUSED", always("#state"))
    replace = retirement.Retirement.replace

    def forget(self: Any, genome: Any, *rest: Any) -> bool:
        return replace(self, genome and dataclasses.replace(genome, used_until=None), *rest)

    patch.setattr(retirement.Retirement, "replace", forget)


def files_of_retired_preparations_are_deleted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(retirement.Retirement, "claims", lambda *_: frozenset())


def retired_preparations_are_kept_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping.Reaper, "_end_retired", lambda *_: None)


def retired_preparations_are_deleted_at_once(patch: pytest.MonkeyPatch) -> None:
    end = reaping.Reaper._end_retired
    patch.setattr(
        reaping.Reaper,
        "_end_retired",
        lambda self, found: end(self, dataclasses.replace(found, used_until=0)),
    )


def jobs_of_deleted_genomes_wait_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping.Reaper, "_check_awaited", lambda *_: None)


def a_beginning_that_was_interrupted_is_not_taken_up(patch: pytest.MonkeyPatch) -> None:
    begin = preparation.Preparations.begin

    def once(self: Any, genome_id: str) -> None:
        found = self.genomes.get(genome_id)
        if found is None or found.venue is None:
            begin(self, genome_id)

    patch.setattr(preparation.Preparations, "begin", once)


def a_beginning_chooses_the_venue_anew(patch: pytest.MonkeyPatch) -> None:
    begun = genomes.GenomeStore.begun

    def forgetful(self: Any, genome_id: str, claim: str, venue: Venue, *more: Any) -> Any:
        begun(self, genome_id, claim, venue, *more)
        other = Venue.WORKER if self.get(genome_id).venue is Venue.LAMBDA else Venue.LAMBDA
        return begun(self, genome_id, claim, other, *more)

    patch.setattr(genomes, "NOT_BEGUN", always("#venue"))
    patch.setattr(genomes.GenomeStore, "begun", forgetful)


def nobody_urges_a_preparation_that_did_not_begin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping.Reaper, "_retry_start", lambda *_: None)


def a_dead_worker_is_not_noticed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping.Reaper, "_replace_worker", lambda *_: None)


def a_worker_that_lives_is_replaced(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping, "HEARTBEAT_TIMEOUT_SECONDS", -1.0)


def a_second_worker_is_not_tried(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping, "MAX_WORKER_ATTEMPTS", 1)


def workers_are_tried_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping, "MAX_WORKER_ATTEMPTS", 10**9)


def a_handed_over_preparation_keeps_its_progress(patch: pytest.MonkeyPatch) -> None:
    retry = genomes.GenomeStore.retry

    def keeping(self: Any, *arguments: Any) -> Any:
        with patch.context() as inner:
            inner.setattr(genomes, "OF_A_PREPARATION", ("progress",))
            return retry(self, *arguments)

    patch.setattr(genomes.GenomeStore, "retry", keeping)


def orphans_run_on(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reaping.Reaper, "_end_workers", lambda *_: None)


def failed_messages_wait_for_the_whole_time_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(consumers.SourceQueue, "return_message", lambda *_: None)


def a_repeated_download_queues_nothing(patch: pytest.MonkeyPatch) -> None:
    run = download.Download.run

    def once(self: Any, message: Any) -> None:
        genome = self.genomes.get(message.genome_id)
        if genome is None or Part.FASTA not in genome.done:
            run(self, message)

    patch.setattr(download.Download, "run", once)


def a_repeated_scan_queues_nothing(patch: pytest.MonkeyPatch) -> None:
    run = scanning.Scan.run

    def once(self: Any, message: Any) -> None:
        job = self.jobs.get(message.job_id)
        if job is None or job.guides is None:
            run(self, message)

    patch.setattr(scanning.Scan, "run", once)


def chunks_are_queued_before_they_are_written(patch: pytest.MonkeyPatch) -> None:
    run = scanning.Scan.run

    def hasty(self: Any, message: Any) -> None:
        for number in range(4):
            self.consensus.send([ScoreChunk(message.job_id, number)])
        late = dataclasses.replace(self, consensus=_Nothing())
        run(late, message)

    patch.setattr(scanning.Scan, "run", hasty)


class _Nothing:
    def send(self, messages: Iterable[Any]) -> None:
        del messages


def the_last_finisher_dies_and_nobody_releases(patch: pytest.MonkeyPatch) -> None:
    def finish(self: Any, genome_id: str, claim: str) -> None:
        found = self.genomes.get(genome_id)
        if release.owned(found, claim) and found.prepared:
            self.genomes.mark_ready(genome_id, claim, self.clock())
            self.release_all(genome_id)

    patch.setattr(release.Release, "finish", finish)


def the_waiters_of_a_failure_are_failed_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(release.Failure, "fail_remaining_waiters", lambda *_: None)


def refused_messages_are_not_noticed(patch: pytest.MonkeyPatch) -> None:
    def send(self: Any, messages: Iterable[Any]) -> None:
        for batch in itertools.batched(messages, 10) if hasattr(itertools, "batched") else [list(messages)]:
            entries = [{"Id": str(i), "MessageBody": dump(message)} for i, message in enumerate(batch)]
            if entries:
                self._client.send_message_batch(QueueUrl=self._url, Entries=entries[:10])

    patch.setattr(queues.Queue, "send", send)


def failed_messages_are_not_reported(patch: pytest.MonkeyPatch) -> None:
    respond = process_partial_response
    patch.setattr(
        consumers, "process_partial_response", lambda *args: {**respond(*args), "batchItemFailures": []}
    )


def reporting_no_failure(make: Callable[[Work], Handler]) -> Callable[[Work], Handler]:
    return lambda work: lambda *args: {**make(work)(*args), "batchItemFailures": []}


def failed_records_are_not_reported(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(scheduler, "stream_handler", reporting_no_failure(stream_handler))


def failed_emails_are_not_reported(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notifier, "stream_handler", reporting_no_failure(stream_handler))


def the_mark_comes_before_the_email(patch: pytest.MonkeyPatch) -> None:
    notify = notifying.Notifier.notify

    def hasty(self: Any, job_id: str) -> None:
        job = self.jobs.get(job_id)
        if (
            job is not None
            and job.recipient
            and job.finished
            and self.jobs.mark_notified(job_id, self.clock())
        ):
            publish = self.topic.publish
            publish(
                job.recipient,
                notifying.subject(job),
                notifying.body(job, None, f"{self.page}/#/jobs/{job_id}"),
            )
        else:
            notify(self, job_id)

    patch.setattr(notifying.Notifier, "notify", hasty)


def the_mark_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "NOT_NOTIFIED", always("#jobId"))
    patch.setattr(Job, "notified", property(lambda _self: None, lambda *_: None), raising=False)


def no_mark_is_made(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs.JobStore, "mark_notified", lambda *_: True)


def jobs_are_read_stale_for_email(patch: pytest.MonkeyPatch) -> None:
    notify, get_item = notifying.Notifier.notify, FakeDynamoDB.get_item
    notified: list[str] = []

    def stale(self: Any, job_id: str) -> Any:
        notified.append(job_id)
        try:
            notify(self, job_id)
        finally:
            notified.pop()

    def forgetful(self: Any, **request: Any) -> Any:
        return get_item(self, **request | {"ConsistentRead": not notified})

    patch.setattr(notifying.Notifier, "notify", stale)
    patch.setattr(FakeDynamoDB, "get_item", forgetful)


def no_reason_is_recorded(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs.JobStore, "fail", lambda *_: True)
    patch.setattr(jobs.JobStore, "fail_stalled", lambda *_: True)


def deleted_jobs_are_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs.JobStore, "get", jobs.JobStore._read)


def deleted_jobs_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "NOT_FINISHED", f"{jobs.NOT_FAILED} AND {jobs.NOT_COMPLETE}")


def the_mark_goes_with_the_data(patch: pytest.MonkeyPatch) -> None:
    delete = deletion.Deletion.delete

    def hasty(self: Any, job_id: str) -> None:
        delete(self, job_id)
        self.jobs.forget(job_id, self.clock() + 1)

    patch.setattr(deletion.Deletion, "delete", hasty)


def nobody_finishes_deletions(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deletion.Deletion, "delete_due", lambda _self: None)


def deleted_jobs_leave_their_targets(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(targets.TargetStore, "delete", lambda *_: None)


def deleted_jobs_leave_their_objects(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deletion, "keys", SimpleNamespace(job_folder=lambda _job_id: "nowhere/"))


def dead_functions_are_noticed_by_the_queues_time_out(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hold.Hold, "extend", lambda _self: None)


def long_work_is_not_held_on_to(patch: pytest.MonkeyPatch) -> None:
    extend = hold.Hold.extend
    begun: set[int] = set()

    def once(self: hold.Hold) -> None:
        if id(self) not in begun:
            begun.add(id(self))
            extend(self)

    patch.setattr(hold.Hold, "extend", once)


def indexes_are_built_anew_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(genomes, "WHOLE_UNTIL_NOW", genomes.IN_USE)
    begin = repairs.Repairs.begin

    def forgetful(self: Any, genome: Any, *rest: Any) -> None:
        begin(self, dataclasses.replace(genome, damaged=None), *rest)

    patch.setattr(repairs.Repairs, "begin", forgetful)


def jobs_do_not_wait_for_a_repair(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(genomes.GenomeStore, "await_repair", lambda *_: None)


def the_genome_is_read_only_before_a_job_waits_for_a_repair(patch: pytest.MonkeyPatch) -> None:
    def wait(self: Any, job: Any, claim: str) -> Any:
        found = self.genomes.get(job.genome_id)
        if release.owned(found, claim) and found.damaged is not None:
            self.genomes.await_repair(job.genome_id, job.job_id, job.expires, found.damaged)
            return None
        return found if genomes.is_ready(found, claim) else None

    patch.setattr(repairs.Repairs, "wait", wait)


def a_repair_is_not_begun(patch: pytest.MonkeyPatch) -> None:
    start = preparation.Preparations._start
    patch.setattr(
        preparation.Preparations,
        "_start",
        lambda self, genome, claim: start(self, dataclasses.replace(genome, damaged=None), claim),
    )


def jobs_that_began_outlive_a_repair_that_failed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs.JobStore, "fail_pinned", lambda *_: False)


def a_damaged_index_fails_its_jobs_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(repairs.Repairs, "begin", lambda *_: None)


MUTATIONS = [
    indexes_are_built_anew_for_ever,
    jobs_do_not_wait_for_a_repair,
    the_genome_is_read_only_before_a_job_waits_for_a_repair,
    a_repair_is_not_begun,
    jobs_that_began_outlive_a_repair_that_failed,
    a_damaged_index_fails_its_jobs_at_once,
    deleted_jobs_are_read,
    deleted_jobs_change,
    the_mark_goes_with_the_data,
    nobody_finishes_deletions,
    deleted_jobs_leave_their_targets,
    deleted_jobs_leave_their_objects,
    results_overwrite_and_count_again,
    second_scan_overwrites_chunks,
    failed_jobs_go_on_counting,
    jobs_that_are_over_change,
    complete_jobs_fail,
    genomes_are_claimed_twice,
    parts_are_added_to_genomes_that_are_ready,
    the_second_part_replaces_the_first,
    genomes_are_read_stale,
    the_genome_is_read_before_the_waiter_is_written,
    waiters_are_read_before_the_genome_is_ready,
    the_waiter_is_removed_before_its_scan_is_queued,
    a_beginning_that_was_interrupted_is_not_taken_up,
    a_beginning_chooses_the_venue_anew,
    nobody_urges_a_preparation_that_did_not_begin,
    a_dead_worker_is_not_noticed,
    a_worker_that_lives_is_replaced,
    a_second_worker_is_not_tried,
    workers_are_tried_for_ever,
    a_handed_over_preparation_keeps_its_progress,
    orphans_run_on,
    failed_messages_wait_for_the_whole_time_out,
    a_repeated_download_queues_nothing,
    a_repeated_scan_queues_nothing,
    chunks_are_queued_before_they_are_written,
    the_last_finisher_dies_and_nobody_releases,
    the_waiters_of_a_failure_are_failed_once,
    jobs_are_not_pinned,
    a_second_pin_replaces_the_first,
    genomes_are_used_without_a_note,
    genomes_in_use_are_deleted,
    files_of_retired_preparations_are_deleted,
    retired_preparations_are_kept_for_ever,
    retired_preparations_are_deleted_at_once,
    jobs_of_deleted_genomes_wait_for_ever,
    refused_messages_are_not_noticed,
    failed_messages_are_not_reported,
    failed_records_are_not_reported,
    failed_emails_are_not_reported,
    the_mark_comes_before_the_email,
    the_mark_is_not_looked_at,
    no_mark_is_made,
    jobs_are_read_stale_for_email,
    no_reason_is_recorded,
    dead_functions_are_noticed_by_the_queues_time_out,
    long_work_is_not_held_on_to,
]


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_missing_guard_is_noticed(
    mutation: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    mutation(monkeypatch)
    for seed in range(SEEDS):
        try:
            run_seed(seed, scratch)
        except AssertionError:
            return
    pytest.fail(f"{SEEDS} worlds did not notice")
