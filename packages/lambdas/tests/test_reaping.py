"""Test the reaper: preparations, jobs and workers without progress, and releases that were interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling_aws.models.genomes import GenomeState, Part, Progress, Source, Venue
from crackling_aws.models.jobs import Job, JobOptions, Status
from crackling_aws.preparation.release import Failure
from crackling_aws.stores import keys
from crackling_lambdas.handlers import reaper
from crackling_lambdas.jobs.deletion import MARK_SECONDS
from crackling_lambdas.reaping import HEARTBEAT_TIMEOUT_SECONDS, START_TIMEOUT_SECONDS
from fakes.known import known
from simulator.world import CONTEXT, ENVIRONMENT, STALLED_SECONDS

if TYPE_CHECKING:
    from conftest import Cloud

G = "GCF_000840245.1"
HOURS = 3600.0
NEVER = 10**10


def reap(cloud: Cloud) -> None:
    reaper.make_handler(ENVIRONMENT, cloud, lambda: cloud.now, cloud.fleet)({}, CONTEXT)


def prepare(cloud: Cloud, venue: Venue | None, genome_id: str = G, claim: str = "c1") -> None:
    """Store a preparation under way with one job that waits for it."""
    cloud.jobs.create(
        Job("j", genome_id, JobOptions(), 200, created=cloud.now, updated=cloud.now, expires=NEVER)
    )
    cloud.genomes.add_waiter(genome_id, "j", NEVER)
    cloud.jobs.mark_preparing("j", cloud.now)
    cloud.genomes.claim(genome_id, claim, Source.ACCESSION, set(Part), cloud.now)
    if venue is not None:
        cloud.genomes.begun(genome_id, claim, venue, 48502, 20, None, cloud.now)
    if venue is Venue.WORKER:
        cloud.genomes.launched(genome_id, claim, cloud.fleet.launch(genome_id, claim, 48502), cloud.now)


def beat(cloud: Cloud, claim: str = "c1") -> bool:
    return cloud.genomes.progress(G, claim, Progress(Part.ISSL, 1, 2), cloud.now)


# --- functions ---


def test_what_moves_and_what_waits_for_it_is_spared(cloud: Cloud) -> None:
    prepare(cloud, Venue.LAMBDA)
    for _ in range(3):
        cloud.now += STALLED_SECONDS - 1
        reap(cloud)
        assert beat(cloud)
    assert known(cloud.jobs.get("j")).status is Status.PREPARING


def test_what_stands_still_fails_with_its_jobs(cloud: Cloud) -> None:
    prepare(cloud, Venue.LAMBDA)
    cloud.now += STALLED_SECONDS + 1
    reap(cloud)
    assert "stopped making progress" in str(known(cloud.genomes.get(G)).reason)
    assert G in str(known(cloud.jobs.get("j")).failure)
    assert not list(cloud.genomes.waiters(G))


def test_a_job_that_was_never_admitted_fails(cloud: Cloud) -> None:
    cloud.jobs.create(Job("lost", "phage", JobOptions(), 200, created=1, updated=cloud.now, expires=NEVER))
    cloud.now += STALLED_SECONDS + 1
    reap(cloud)
    assert "while it was queued" in str(known(cloud.jobs.get("lost")).failure)


def test_a_release_is_finished(cloud: Cloud) -> None:
    prepare(cloud, Venue.LAMBDA)
    cloud.genomes.mark_ready(G, "c1", cloud.now)
    reap(cloud)
    assert known(cloud.jobs.get("j")).status is Status.SCANNING
    assert cloud.sent == [("scan", '{"job_id": "j"}')]


# --- not begun ---


def test_a_preparation_that_did_not_begin_is_nudged_and_then_given_up(cloud: Cloud) -> None:
    prepare(cloud, None)
    cloud.now += START_TIMEOUT_SECONDS
    reap(cloud)
    found = known(cloud.genomes.get(G))
    assert (found.state, found.updated) == (GenomeState.PREPARING, cloud.now)
    cloud.now += 1
    reap(cloud)
    assert "could not begin" in str(known(cloud.genomes.get(G)).reason)
    assert "could not begin" in str(known(cloud.jobs.get("j")).failure)


# --- workers ---


def test_a_worker_may_take_days_while_its_heart_beats(cloud: Cloud) -> None:
    prepare(cloud, Venue.WORKER)
    for _ in range(100):
        cloud.now += HEARTBEAT_TIMEOUT_SECONDS - 1
        reap(cloud)
        assert beat(cloud)
    assert known(cloud.jobs.get("j")).status is Status.PREPARING
    assert cloud.fleet.ended == []


def test_a_dead_worker_is_ended_and_another_claims_its_genome(cloud: Cloud) -> None:
    prepare(cloud, Venue.WORKER)
    cloud.now += HEARTBEAT_TIMEOUT_SECONDS + 1
    reap(cloud)
    found = known(cloud.genomes.get(G))
    assert (found.state, found.attempts, found.venue, found.worker) == (GenomeState.PREPARING, 1, None, None)
    assert found.claim != "c1"
    assert not beat(cloud)
    assert cloud.fleet.ended == ["i-c1"]
    assert list(cloud.genomes.waiters(G)) == ["j"]
    assert known(cloud.jobs.get("j")).status is Status.PREPARING


def test_after_the_second_worker_it_fails(cloud: Cloud) -> None:
    prepare(cloud, Venue.WORKER)
    cloud.now += HEARTBEAT_TIMEOUT_SECONDS + 1
    reap(cloud)
    claim = known(known(cloud.genomes.get(G)).claim)
    cloud.genomes.begun(G, claim, Venue.WORKER, 48502, 20, None, cloud.now)
    cloud.genomes.launched(G, claim, cloud.fleet.launch(G, claim, 48502), cloud.now)
    cloud.now += HEARTBEAT_TIMEOUT_SECONDS
    reap(cloud)
    assert known(cloud.genomes.get(G)).state is GenomeState.PREPARING
    cloud.now += 1
    reap(cloud)
    assert "so did a second one" in str(known(cloud.genomes.get(G)).reason)
    assert "so did a second one" in str(known(cloud.jobs.get("j")).failure)
    assert cloud.fleet.workers == {}


@pytest.mark.parametrize("end", ["mark_ready", "mark_failed", "delete"])
def test_a_worker_without_a_preparation_is_ended(cloud: Cloud, end: str) -> None:
    prepare(cloud, Venue.WORKER)
    if end == "mark_ready":
        cloud.genomes.mark_ready(G, "c1", cloud.now)
    else:
        cloud.genomes.mark_failed(G, "c1", "x", cloud.now)
    if end == "delete":
        cloud.genomes.delete(G)
    reap(cloud)
    assert cloud.fleet.ended == ["i-c1"]


def test_a_worker_lives_no_longer_than_it_may(cloud: Cloud) -> None:
    prepare(cloud, Venue.WORKER)
    cloud.now += 24 * HOURS
    beat(cloud)
    reap(cloud)
    assert cloud.fleet.ended == []
    cloud.now += 1
    reap(cloud)
    assert cloud.fleet.ended == ["i-c1"]


def test_a_deployment_without_workers_asks_ec2_nothing(cloud: Cloud) -> None:
    prepare(cloud, Venue.LAMBDA)
    reaper.make_handler(ENVIRONMENT, cloud, lambda: cloud.now)({}, CONTEXT)
    assert known(cloud.jobs.get("j")).status is Status.PREPARING


# --- genomes that were deleted ---


def test_a_pinned_job_is_spared_when_the_next_preparation_fails(cloud: Cloud) -> None:
    """It was pinned, but whoever pinned it died before its scan was queued."""
    prepare(cloud, Venue.LAMBDA)
    cloud.jobs.pin("j", "an-earlier-claim", cloud.now)
    cloud.genomes.mark_failed(G, "c1", "as a test", cloud.now)
    failure = Failure(genomes=cloud.genomes, jobs=cloud.jobs, clock=lambda: cloud.now)
    failure.fail_remaining_waiters(cloud.genomes.get(G), "c1")
    assert list(cloud.genomes.waiters(G)) == ["j"]
    reap(cloud)
    assert cloud.sent == [("scan", '{"job_id": "j"}')]
    assert known(cloud.jobs.get("j")).failure is None
    assert not list(cloud.genomes.waiters(G))


def test_a_job_that_waits_for_a_deleted_upload_is_told(cloud: Cloud) -> None:
    cloud.jobs.create(
        Job("j", "mine", JobOptions(), 200, created=cloud.now, updated=cloud.now, expires=NEVER)
    )
    cloud.genomes.add_waiter("mine", "j", 9)
    reap(cloud)
    assert "The genome mine was deleted before the job began" in str(known(cloud.jobs.get("j")).failure)
    assert not list(cloud.genomes.waiters("mine"))


def test_a_deleted_assembly_is_claimed_again_for_its_jobs(cloud: Cloud) -> None:
    cloud.jobs.create(Job("j", G, JobOptions(), 200, created=cloud.now, updated=cloud.now, expires=NEVER))
    cloud.genomes.add_waiter(G, "j", 9)
    reap(cloud)
    assert known(cloud.genomes.get(G)).state is GenomeState.PREPARING


def test_a_retired_preparation_goes_with_the_last_job(cloud: Cloud) -> None:
    prepare(cloud, Venue.LAMBDA)
    cloud.genomes.mark_ready(G, "c1", cloud.now)
    cloud.genomes.use(G, "c1", int(cloud.now) + 1000)
    own, other = keys.index(G, "c1"), keys.index(G, "c2")
    cloud.s3.objects |= {("genome", own): b"1", ("genome", other): b"2"}
    cloud.genomes.delete(G)
    reap(cloud)
    assert ("genome", own) in cloud.s3.objects
    cloud.now += 1001
    reap(cloud)
    assert ("genome", own) not in cloud.s3.objects
    assert ("genome", other) in cloud.s3.objects
    assert not list(cloud.genomes.retirement.all())


def damage(cloud: Cloud, venue: Venue) -> None:
    """Let the job be at work on a genome whose index turns out to be damaged, and wait for it."""
    prepare(cloud, venue)
    cloud.genomes.mark_ready(G, "c1", cloud.now)
    cloud.jobs.pin("j", "c1", cloud.now)
    cloud.jobs.set_guides("j", 9, cloud.now)
    cloud.genomes.mark_damaged(G, "c1", cloud.now)
    cloud.genomes.await_repair(G, "j", NEVER, cloud.now)
    cloud.genomes.begun(G, "c1", venue, 48502, 20, None, cloud.now)


def test_a_job_that_waits_for_an_index_that_is_built_anew_is_not_given_up(cloud: Cloud) -> None:
    damage(cloud, Venue.LAMBDA)
    for _ in range(3):
        cloud.now += STALLED_SECONDS - 1
        reap(cloud)
        assert beat(cloud)
    assert known(cloud.jobs.get("j")).status is Status.SCORING
    cloud.now += STALLED_SECONDS + 1
    reap(cloud)
    assert "was damaged, and building it anew did not help" in str(known(cloud.jobs.get("j")).failure)


def test_a_repair_whose_worker_died_fails_and_keeps_its_claim(cloud: Cloud) -> None:
    damage(cloud, Venue.WORKER)
    cloud.now += HEARTBEAT_TIMEOUT_SECONDS + 1
    reap(cloud)
    found = known(cloud.genomes.get(G))
    assert (found.state, found.claim) == (GenomeState.FAILED, "c1")
    assert "The machine that was building its index anew stopped" in str(known(cloud.jobs.get("j")).failure)
    assert not list(cloud.genomes.waiters(G))


def test_a_retired_preparation_of_a_damaged_index_is_kept_for_its_jobs(cloud: Cloud) -> None:
    damage(cloud, Venue.LAMBDA)
    cloud.genomes.mark_failed(G, "c1", "as a test", cloud.now)
    assert cloud.genomes.claim(G, "c2", Source.ACCESSION, set(Part), cloud.now)
    assert cloud.genomes.preparation(G, "c1") is None, "no job used it"


# --- jobs that are over ---


def store_job(cloud: Cloud, job_id: str, expires: float) -> None:
    cloud.jobs.create(Job(job_id, "phage", JobOptions(), 200, cloud.now, cloud.now, int(expires)))
    cloud.s3.put_object(Bucket="data", Key=f"jobs/{job_id}/query.fa", Body=b"ACGT")
    cloud.s3.put_object(Bucket="data", Key=f"jobs/{job_id}/export.xlsx", Body=b"late")


def objects_of(cloud: Cloud, job_id: str) -> list[str]:
    return [key for _, key in cloud.s3.objects if key.startswith(f"jobs/{job_id}/")]


def test_an_expired_job_is_deleted_with_its_objects_and_no_other(cloud: Cloud) -> None:
    store_job(cloud, "old", cloud.now + 10)
    store_job(cloud, "new", cloud.now + 10 * HOURS)
    reap(cloud)
    assert len(objects_of(cloud, "old")) == 2
    cloud.now += 10
    reap(cloud)
    assert cloud.jobs.get("old") is None
    assert not objects_of(cloud, "old")
    cloud.now += MARK_SECONDS + 1
    reap(cloud)
    assert cloud.jobs.remains("old") is None
    assert cloud.jobs.get("new") is not None
    assert len(objects_of(cloud, "new")) == 2


def test_what_a_late_function_stored_for_a_deleted_job_is_erased_before_its_mark_goes(cloud: Cloud) -> None:
    store_job(cloud, "j", NEVER)
    assert cloud.jobs.mark_deleted("j", cloud.now)
    reap(cloud)
    assert not objects_of(cloud, "j")
    cloud.s3.put_object(Bucket="data", Key="jobs/j/export.csv", Body=b"from before the mark")
    cloud.now += MARK_SECONDS + 1
    reap(cloud)
    assert not objects_of(cloud, "j")
    assert cloud.jobs.remains("j") is None
