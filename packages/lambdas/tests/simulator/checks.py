"""Check what must hold when everything has come to rest."""

from __future__ import annotations

import io
import json
from itertools import chain
from typing import TYPE_CHECKING

from crackling.sequences.fasta import parse_query, read_fasta
from crackling_aws.messages import MessageError, PrepareGenome, ScanJob, ScoreChunk, parse
from crackling_aws.models.genomes import Bowtie2State, GenomeState
from crackling_aws.models.jobs import Job, Status
from crackling_aws.stores import keys
from crackling_aws.stores.genome_items import WAITER
from simulator import science
from simulator.elsewhere import FATAL
from simulator.queues import MAX_RECEIVES
from simulator.scenario import BAD, BYSTANDERS, GOOD, REPLACEMENTS, Scenario, genomes, jobs, targets

if TYPE_CHECKING:
    from crackling.sequences.fasta import Contig
    from crackling_aws.messages import Message
    from crackling_aws.models.genomes import Genome
    from simulator.world import World

DAY_SECONDS = 86_400
# Why a job may fail whose genome was deleted before the job had begun.
BROKEN = ("The off-target index of the genome", "is no longer stored")
"""Why a job may fail whose genome's index could not be built anew."""
TOO_LATE = ("was deleted before the job began", "no file was uploaded")
KINDS = {"download": PrepareGenome, "bowtie2": PrepareGenome, "issl": PrepareGenome, "scan": ScanJob}


def check_progress(scenario: Scenario) -> None:
    """Before the reaper comes: nobody needs it who lost no message, nor a genome, nor a worker, nor met NCBI out of reach."""
    world = scenario.world
    lost = _lost(world) | set(world.fleet.deaths) | world.ncbi.trouble | scenario.deleted
    for key in world.dynamodb.tables["jobs"]:
        job = jobs(world).get(key[0])
        if job is None:
            assert jobs(world).remains(key[0])
            continue
        assert job.finished or job.job_id in lost or job.genome_id in lost, (
            f"{job.job_id} is left {job.status}"
        )


def check(scenario: Scenario) -> None:
    world = scenario.world
    assert not any(queue.messages for queue in world.queues.values()), "messages are left"
    assert not any(stream.records for stream in world.streams.values())
    assert not world.fleet.running(), "a worker runs for nobody"
    assert not world.history.faults, world.history.faults
    assert scenario.snapshot() == scenario.bystanders, "something else changed"
    _check_poison(scenario)
    deaths = world.fleet.deaths
    hurt = {genome for genome, _ in scenario.damaged}  # what is built anew is not handed to another worker
    lost = _lost(world) | world.ncbi.trouble
    lost |= {genome for genome in deaths if deaths.count(genome) > 1 or genome in hurt}
    assert world.rate or not lost - {FATAL}, "something was lost without a fault"
    lost |= scenario.failed
    for key in world.dynamodb.tables["jobs"]:
        job = jobs(world).get(key[0])
        assert job is not None, "the mark of a deleted job is left"
        if job.genome_id != "bystander":
            _check_job(scenario, job, lost)
            _check_email(world, job)
    _check_genomes(scenario, lost)
    _check_nothing_else(world)
    _check_deleted(world, scenario.deleted_jobs)
    _check_retired(scenario)
    _check_expired(world)


def _check_expired(world: World) -> None:
    """Check that nothing is left of the jobs, all of which have expired."""
    expired = {key[0] for key in world.dynamodb.tables["jobs"]} - BYSTANDERS
    for seconds in (31 * DAY_SECONDS, DAY_SECONDS):
        world.now += seconds
        world.reap()
    _check_deleted(world, expired)


def _check_deleted(world: World, deleted: set[str]) -> None:
    """Check that nothing is left of jobs that were deleted, and nothing came back."""
    for table in ("jobs", "targets"):
        assert not deleted & {key[0] for key in world.dynamodb.tables[table]}, f"in {table}: a deleted job"
    waiters = {key[1].removeprefix(WAITER) for key in world.dynamodb.tables["genomes"]}
    assert not deleted & waiters, "a deleted job waits for its genome"
    objects = {key.split("/")[1] for bucket, key in world.s3.objects if bucket == "data"}
    assert not deleted & objects, "an object of a deleted job is left"


def _check_poison(scenario: Scenario) -> None:
    """Each is among the dead letters of its queue; and all of those failed as often as they may."""
    for name, queue in scenario.world.queues.items():
        dead = [message.body for message in queue.dead]
        assert {body for where, body in scenario.poison if where == name} <= set(dead)
        assert all(message.receives == MAX_RECEIVES + 1 for message in queue.dead)


def _lost(world: World) -> set[str]:
    """Return what exhausted messages and abandoned stream records name: only these may fail unforeseen."""
    lost = {
        record["dynamodb"]["Keys"][stream.keys[0]]["S"]
        for stream in (world.streams["jobs"], world.streams["genomes"])
        for record in stream.given_up
    }
    for name, queue in world.queues.items():
        for body in queue.exhausted if name != "bowtie2" else ():  # that fails nothing but the index
            try:
                found: Message = parse(KINDS.get(name, ScoreChunk), body)
            except MessageError:
                continue
            lost.add(found.genome_id if isinstance(found, PrepareGenome) else found.job_id)
    # A job that was given up right after it had claimed its genome takes the genome with it.
    return lost | {genome.genome_id for genome in genomes(world).list() if genome.claim in lost}


def _check_job(scenario: Scenario, job: Job, lost: set[str]) -> None:
    world = scenario.world
    assert job.finished, f"{job.job_id} is {job.status} for ever"
    kept = world.s3.objects.get(("data", keys.query(job.job_id)), b"").decode()
    text = kept if job.region is None else _region(scenario, job)
    assert kept == text or (not kept and job.status is Status.FAILED), "another query was kept"
    sequence = "".join(contig.sequence for contig in parse_query(text)) if text else ""
    expected = list(science.guides(sequence))
    chunks = list(targets(world).chunks(job.job_id))
    done = [chunk for chunk in chunks if chunk.consensus is not None]
    assert job.consensus_done == sum(len(chunk.sites) for chunk in done), (
        "the efficiency counter is not exact"
    )
    done = [chunk for chunk in chunks if chunk.off_target is not None]
    assert job.off_target_done == sum(len(chunk.sites) for chunk in done), (
        "the specificity counter is not exact"
    )
    if job.status is Status.FAILED:
        assert job.failure
        excused = job.genome_id in BAD or job.job_id in lost or job.genome_id in lost
        too_late = job.genome_id in scenario.deleted and any(why in job.failure for why in TOO_LATE)
        broken = scenario.cannot_be_repaired(job.genome_id) and any(why in job.failure for why in BROKEN)
        assert not text or excused or too_late or broken, f"failed needlessly: {job.failure}"
        return
    assert job.genome_id in GOOD
    assert text, "there is no such region"
    found = list(chain.from_iterable(chunk.sites for chunk in chunks))
    assert [query.site.guide for query in found] == expected, "guides are missing or doubled"
    efficiencies = list(chain.from_iterable(chunk.consensus or () for chunk in chunks))
    assert efficiencies == [science.efficiency(guide) for guide in expected]
    genome = science.content(_contigs(scenario, job.genome_id, job.claim))
    specificities = list(chain.from_iterable(chunk.off_target or () for chunk in chunks))
    assert specificities == [science.specificity(genome, guide) for guide in expected]


def _contigs(scenario: Scenario, genome_id: str, claim: str | None) -> list[Contig]:
    """Return the sequences of a genome as a preparation made it: of one version of it, as they are in the bucket."""
    assert claim is not None, "the job is pinned to nothing"
    packed = scenario.world.s3.objects.get(("genome", keys.fasta(genome_id, claim)))
    packed = packed or scenario.lost.get((genome_id, claim))
    assert packed is not None, "files that a job is pinned to are deleted"
    contigs = list(read_fasta(io.BytesIO(packed)))
    versions = [GOOD[genome_id], REPLACEMENTS.get(genome_id, GOOD[genome_id])]
    assert contigs in [parse_query(version) for version in versions], "a genome was mixed"
    return contigs


def _check_retired(scenario: Scenario) -> None:
    """Check that what a job is pinned to is there until the job expires, and nothing of it afterwards."""
    world = scenario.world
    retired = {(genome.genome_id, genome.claim) for genome in genomes(world).retirement.all()}
    folders = {tuple(key.split("/")[1:3]) for _, key in world.s3.objects if key.startswith("genomes/")}
    assert retired <= folders
    for key in world.dynamodb.tables["jobs"]:
        job = jobs(world).get(key[0])
        if job is not None and job.claim is not None:
            found = genomes(world).preparation(job.genome_id, job.claim)
            assert found is not None, "what a job is pinned to is forgotten"
            if (job.genome_id, job.claim) not in scenario.damaged:
                assert all(("genome", file.key) in world.s3.objects for file in found.files)
    world.now += 31 * DAY_SECONDS
    world.reap()
    assert not list(genomes(world).retirement.all()), "a retired preparation is kept for ever"
    folders = {tuple(key.split("/")[1:3]) for _, key in world.s3.objects if key.startswith("genomes/")}
    assert not retired & folders, "files of a retired preparation are kept for ever"


def _region(scenario: Scenario, job: Job) -> str:
    """Return the query that a region stands for; empty where the genome has none."""
    assert job.region is not None
    contig, _, place = job.region.rpartition(":")
    first, last = map(int, place.split("-"))
    if job.genome_id not in GOOD:
        return ""
    # Every version of a genome has the same contigs.
    known = (
        parse_query(GOOD[job.genome_id])
        if job.claim is None
        else _contigs(scenario, job.genome_id, job.claim)
    )
    for found in known:
        if found.name == contig and last <= len(found.sequence):
            return f">{job.region} {job.region}\n{found.sequence[first - 1 : last]}\n"
    return ""


def _check_email(world: World, job: Job) -> None:
    """Whoever asked for email was told, once where nothing went wrong; a record that was given up calls its operator."""
    given_up = {record["dynamodb"]["Keys"]["jobId"]["S"] for record in world.streams["email"].given_up}
    assert world.rate or not given_up, "an email was given up without a fault"
    told = world.emails.count(job.job_id)
    if job.recipient is None:
        assert not told, "told of a job of somebody who did not ask"
    elif job.job_id not in given_up:
        assert told, f"nobody was told of {job.job_id}"
        assert job.notified, f"{job.job_id} has no mark"
        assert told == 1 or world.rate, f"told {told} times without a fault"


def _check_genomes(scenario: Scenario, lost: set[str]) -> None:
    world = scenario.world
    for genome in genomes(world).list():
        assert genome.state is GenomeState.UPLOADING or not list(genomes(world).waiters(genome.genome_id)), (
            "a waiter is left"
        )
        match genome.state:
            case GenomeState.READY:
                _check_bowtie2(scenario, genome)
                assert genome.genome_id in {*GOOD, "bystander"}
                assert genome.prepared
                if genome.genome_id in GOOD:
                    assert genome.expected_seconds, "nobody said how long it would take"
                    assert genome.damaged or genome.preparation_seconds is not None, (
                        "nobody knows how long it took"
                    )
            case GenomeState.FAILED:
                assert genome.reason
                broken = scenario.cannot_be_repaired(genome.genome_id)
                # It was deleted while a job claimed it.
                gone = genome.genome_id in scenario.deleted and any(why in genome.reason for why in TOO_LATE)
                assert genome.genome_id in BAD or genome.genome_id in lost or broken or gone, (
                    f"failed needlessly: {genome.reason}"
                )
            case state:
                assert state is GenomeState.UPLOADING, f"{genome.genome_id} is {state} for ever"
    # A job whose record was given up may have failed meanwhile: its waiter expires with it, or goes with the next release.
    given_up = {record["dynamodb"]["Keys"]["jobId"]["S"] for record in world.streams["jobs"].given_up}
    items = [key[1] for key in world.dynamodb.tables["genomes"] if key[1].startswith(WAITER)]
    assert {item.removeprefix(WAITER) for item in items} <= given_up, "a waiter is left"


def _check_bowtie2(scenario: Scenario, genome: Genome) -> None:
    """Check that an index that somebody asked for is there, or was given up."""
    world = scenario.world
    assert genome.claim is not None
    folder = keys.bowtie2(genome.genome_id, genome.claim, "")
    files = [content for (_, key), content in world.s3.objects.items() if key.startswith(folder)]
    match genome.bowtie2:
        case Bowtie2State.READY:
            assert files == [science.content(_contigs(scenario, genome.genome_id, genome.claim))] * 2
        case Bowtie2State.FAILED:
            assert world.queues["bowtie2"].exhausted, "given up without need"
        case Bowtie2State.PREPARING:
            assert world.rate, "the message of a build was lost without a fault"
        case None:
            assert not files


def _check_nothing_else(world: World) -> None:
    """Check that there is no item and no object that nobody asked for."""
    known = {key[0] for key in world.dynamodb.tables["jobs"]}
    assert {key[0] for key in world.dynamodb.tables["targets"]} <= known
    assert {key[0] for key in world.dynamodb.tables["genomes"]} <= {*GOOD, *BAD, "bystander"}
    for bucket, key in world.s3.objects:
        folder, name, *_ = key.split("/")
        assert (bucket, folder) in {("data", "jobs"), ("genome", "uploads"), ("genome", "genomes")}
        assert folder != "genomes" or name in GOOD, f"{key} was made of bad input"
    for queue in world.queues.values():
        assert all(isinstance(json.loads(body), dict) for body in queue.sent if body.startswith('{"'))
