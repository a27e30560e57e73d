"""Simulate what users do in a world, beside a genome and a job that must not change meanwhile."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from crackling.sequences.fasta import parse_query
from crackling_aws.messages import ListOffTargets, PrepareGenome, ScanJob, ScoreChunk, dump
from crackling_aws.models.genomes import GenomeState, Part, Source
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.targets import TargetStore
from simulator import science
from simulator.elsewhere import ASSEMBLIES, FATAL, HUGE, LARGE, SMALL, UNKNOWN
from simulator.world import QUEUES, World

if TYPE_CHECKING:
    import random

    from crackling_aws.messages import Message

UPLOADS = {
    "good": ">one x\nACGTTGCAAT\nNNACG\n>two\nGGGTTTACCA\n",
    "other": ">a\nTTTTACGGCACCATTGCAGGATCCAGGTTT\nACGGATTACCAGGTTA\n",
    "large": f">big\n{'ACGTTGGA' * 10}\n",
}
GOOD = UPLOADS | {name: ASSEMBLIES[name].decode() for name in (SMALL, LARGE)}
OTHER_LETTERS = str.maketrans("ACGT", "GTCA")
# What a genome is replaced by: contigs of the same names and lengths, with other sequences.
REPLACEMENTS = {
    name: "\n".join(
        line if line.startswith(">") else line.translate(OTHER_LETTERS) for line in fasta.split("\n")
    )
    for name, fasta in UPLOADS.items()
}
BAD_UPLOADS = {
    "protein": ">p\nMKLVWEQFI\n",
    "nothing": "hello",
    "headers": ">only\n>headers\n",
    "prose": "word " * 20,
}
BAD = {**BAD_UPLOADS, HUGE: "", FATAL: "", UNKNOWN: ""}
BYSTANDERS = {"bystander", "complete", "failed"}
NEVER = 10**10
ADDRESSES = ("One@example.org", "two@lab.example.org")
POISON = (
    "",
    "{",
    "[]",
    '{"job_id": 5}',
    '{"genome_id": "good"}',
    '{"job_id": "j", "chunk": "0"}',
    "\N{SKULL}",
)
PATIENCE = 200  # how often a user submits a job that is refused; worlds of some mutations never take it


@dataclass
class Scenario:
    """Record what was done, for the checks."""

    world: World
    rng: random.Random
    poison: list[tuple[str, str]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    deleted_jobs: set[str] = field(default_factory=set)
    damaged: Counter[tuple[str, str]] = field(default_factory=Counter)  # how often, by genome and claim
    lost: dict[tuple[str, str], bytes] = field(default_factory=dict)  # sequences, by genome and claim
    bystanders: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def plan(self) -> None:
        self._place_bystanders()
        for address in ADDRESSES:
            self.world.sns.confirm(address.lower())
        genomes = [self.rng.choice(list(GOOD)), *self.rng.sample([*GOOD, *BAD], self.rng.randint(0, 2))]
        for genome in {name: None for name in genomes if name in UPLOADS | BAD_UPLOADS}:
            self.world.users.append(partial(self._upload, genome))
        for _ in range(self.rng.randint(1, 4)):
            genome = self.rng.choice([genomes[0], *genomes])
            body = {"genome": genome, **self._query(genome), **self._email()}
            self.world.users.append(partial(self._submit, body))
        if self.rng.random() < 0.5:
            self.world.at_last_part = self._arrive_late
        for _ in range(self.rng.randint(0, 2)):
            self.world.users.append(partial(self._ask_for_bowtie2, genomes[0], 20))
        if self.rng.random() < 0.4:
            self.world.users.append(partial(self._replace, genomes[0], 40))
        for _ in range(self.rng.choice((0, 0, 1, 1, 2))):
            self.world.users.append(partial(self._damage, 60))
        self.world.users.append(partial(self._list_off_targets, self.rng.randint(0, 3)))
        for _ in range(self.rng.randint(0, 2)):
            self.world.users.append(self._poison)
        self.world.users.append(self._stray)
        for _ in range(self.rng.randint(0, 2)):
            self.world.users.append(self._fail_a_job)
        for _ in range(self.rng.choice((0, 0, 1, 2))):
            self.world.users.append(self._delete_a_job)

    def _email(self) -> dict[str, str]:
        address = self.rng.choice((None, *ADDRESSES))
        return {"email": address} if address else {}

    def _query(self, genome_id: str) -> dict[str, str]:
        if self.rng.random() < 0.3:
            return {"region": self._region(genome_id)}
        return {"sequence": self._sequence()}

    def _sequence(self) -> str:
        # Rich in GG and CC, so that short queries hold several sites; sometimes it holds none.
        length = self.rng.choice((10, 30, 45, 60))
        return "".join(self.rng.choices("ACGT", weights=(1, 2, 3, 1), k=length))

    def _region(self, genome_id: str) -> str:
        """A part of the genome; of one that is bad, or sometimes, a part that it has not."""
        contig = self.rng.choice(parse_query(GOOD.get(genome_id, ">a\nA")))
        first = self.rng.randint(1, len(contig.sequence))
        beyond = self.rng.random() < 0.2
        return f"{contig.name}:{first}-{self.rng.randint(first, len(contig.sequence)) + 1000 * beyond}"

    def _replace(self, genome_id: str, tries: int) -> None:
        """Delete a genome once it is there, whatever its jobs are doing, and upload another by its name."""
        found = genomes(self.world).get(genome_id)
        if found is None or found.state is not GenomeState.READY:
            if tries:
                self.world.users.append(partial(self._replace, genome_id, tries - 1))
            return
        self.deleted.add(genome_id)
        answer = self.world.request("DELETE", f"/genomes/{genome_id}")
        if answer is None or answer["statusCode"] >= 500:
            self.world.users.append(partial(self._replace, genome_id, tries))
        if genome_id in UPLOADS:
            self.world.users.append(partial(self._upload, genome_id))
        if self.rng.random() < 0.5:  # what is under way goes on only when the other genome may be ready
            for name in ("scan", "consensus", "off_target"):
                for message in self.world.queues[name].messages:
                    if not message.at_work:
                        message.visible_at = max(message.visible_at, self.world.now + 100)
        self.world.users.append(partial(self._deliver_jobs_again, genome_id, tries=40))

    def _deliver_jobs_again(self, genome_id: str, tries: int) -> None:
        """Let the records of jobs that are under way come once more, late, when their genome is ready again."""
        found = genomes(self.world).get(genome_id)
        if found is None or found.state is not GenomeState.READY:
            if tries:
                self.world.users.append(partial(self._deliver_jobs_again, genome_id, tries - 1))
            return
        for item in self.world.dynamodb.tables["jobs"].values():
            if item["genomeId"] == {"S": genome_id} and "claim" in item:
                self.world.streams["jobs"].add("INSERT", item)

    def _damage(self, tries: int) -> None:
        """Damage or delete a file of an index, sometimes with the sequence that it was built from."""
        files = [
            (bucket, key)
            for bucket, key in self.world.s3.objects
            if bucket == "genome" and re.fullmatch(r"genomes/.*/genome\.\d-of-\d\.issl", key)
        ]
        if not files or self.rng.random() < 0.8:  # most of the time there are no jobs at work on them
            if tries:
                self.world.users.append(partial(self._damage, tries - 1))
            return
        bucket, key = self.rng.choice(files)
        _, genome_id, claim, _ = key.split("/")
        self.damaged[genome_id, claim] += 1
        if self.rng.random() < 0.5:
            del self.world.s3.objects[bucket, key]
        else:
            self.world.s3.objects[bucket, key] = science.DAMAGE + self.world.s3.objects[bucket, key]
        fasta = bucket, keys.fasta(genome_id, claim)
        if self.rng.random() < 0.15 and fasta in self.world.s3.objects:
            self.lost[genome_id, claim] = self.world.s3.objects.pop(fasta)

    def cannot_be_repaired(self, genome_id: str) -> bool:
        """Return whether some index of a genome could not be built anew: twice damaged, without its sequence, or retired."""
        if genome_id in self.deleted:
            return any(genome == genome_id for genome, _ in self.damaged)
        return any(
            genome == genome_id and (often > 1 or (genome, claim) in self.lost)
            for (genome, claim), often in self.damaged.items()
        )

    def _list_off_targets(self, tries: int) -> None:
        """Ask for the off-targets of a job's first guide, whatever has become of its genome."""
        for job_id in self._jobs():
            self.world.request("GET", f"/jobs/{job_id}/targets/1/offtargets")
        if tries:
            self.world.users.append(partial(self._list_off_targets, tries - 1))

    def _upload(self, genome_id: str) -> None:
        """Announce, upload, complete; users try again when the service fails, and may forget to complete."""
        announced = self.world.request("POST", "/genomes", json.dumps({"genome": genome_id}))
        if announced is None or announced["statusCode"] >= 500:
            self.world.users.append(lambda: self._upload(genome_id))
            return
        if announced["statusCode"] != 201:
            return  # it is ready or being prepared
        fastas = REPLACEMENTS if genome_id in self.deleted else GOOD | BAD
        self.world.s3.objects["genome", keys.upload(genome_id)] = fastas[genome_id].encode()
        if self.rng.random() < 0.7:
            self.world.users.append(lambda: self._complete(genome_id))

    def _complete(self, genome_id: str) -> None:
        answer = self.world.request("POST", f"/genomes/{genome_id}/complete")
        if answer is None or answer["statusCode"] >= 500:
            self.world.users.append(lambda: self._complete(genome_id))

    def _ask_for_bowtie2(self, genome_id: str, tries: int) -> None:
        """Ask for an index of a genome that may not be ready yet, or may never be."""
        answer = self.world.request("POST", f"/genomes/{genome_id}/bowtie2")
        if tries and (answer is None or answer["statusCode"] != 202):
            self.world.users.append(lambda: self._ask_for_bowtie2(genome_id, tries - 1))

    def _submit(self, body: dict[str, str], tries: int = PATIENCE) -> None:
        """A user whose genome is not there yet, or whose request failed, tries again; one who is told to upload does so."""
        answer = self.world.request("POST", "/jobs", json.dumps(body))
        if answer is None or answer["statusCode"] != 202:
            if answer is not None and "has not been uploaded" in answer["body"]:
                self._upload(body["genome"])
            if tries:
                self.world.users.append(lambda: self._submit(body, tries - 1))

    def _arrive_late(self, genome_id: str) -> None:
        """Submit a job just when a genome becomes ready, once."""
        self.world.at_last_part = lambda _genome_id: None
        body = {"genome": genome_id, **self._query(genome_id), **self._email()}
        self.world.users.append(partial(self._submit, body))

    def _poison(self) -> None:
        queue = self.rng.choice(list(QUEUES))
        body = self.rng.choice(POISON)
        self.poison.append((queue, body))
        self.world.queues[queue].send(body)

    def _fail_a_job(self) -> None:
        """Fail a job in the middle of its work, for an unrelated reason."""
        if known := self._jobs():
            job_id = self.rng.choice(known)
            jobs(self.world).fail(job_id, "as a test", self.world.now)
            self.failed.add(job_id)

    def _delete_a_job(self) -> None:
        """Delete a job at any time: mostly later, when there are jobs at work."""
        if self.rng.random() < 0.9:
            self.world.users.append(self._delete_a_job)
        elif known := self._jobs():
            self._delete(self.rng.choice(known))

    def _delete(self, job_id: str) -> None:
        """A user repeats what was not confirmed, for example as the function died right after the mark."""
        self.deleted_jobs.add(job_id)
        if self.rng.random() < 0.4:
            jobs(self.world).mark_deleted(job_id, self.world.now)
            self.world.users.append(lambda: self._delete(job_id))
            return
        answer = self.world.request("DELETE", f"/jobs/{job_id}")
        if answer is None or answer["statusCode"] not in (204, 404):
            self.world.users.append(lambda: self._delete(job_id))

    def _jobs(self) -> list[str]:
        return sorted(key[0] for key in self.world.dynamodb.tables["jobs"] if key[0] not in BYSTANDERS)

    def _stray(self) -> None:
        """Send well-formed messages about things that no longer exist, or never did."""
        stray: dict[str, Message] = {
            "scan": ScanJob("gone"),
            "consensus": ScoreChunk("gone", 0),
            "off_target": ScoreChunk("gone", 7),
            "off_target_list": ListOffTargets("gone", 1),
        }
        stray |= {
            queue: PrepareGenome("bystander", "an-old-claim") for queue in ("download", "issl", "bowtie2")
        }
        for queue, message in stray.items():
            self.world.queues[queue].send(dump(message))

    def _place_bystanders(self) -> None:
        """A genome that is ready and a job that is complete, over both of which messages may come late."""
        client: Any = self.world.dynamodb
        genomes, jobs = GenomeStore(client, "genomes"), JobStore(client, "jobs")
        genomes.claim("bystander", "claim", Source.UPLOAD, [Part.FASTA], 1)
        genomes.fasta_done("bystander", "claim", 1, 10, 1)
        genomes.mark_ready("bystander", "claim", 1)
        jobs.create(Job("complete", "bystander", JobOptions(), 2, created=1, updated=1, expires=NEVER))
        for stream in self.world.streams.values():
            stream.records.clear()
        jobs.set_guides("complete", 0, 1)
        jobs.create(Job("failed", "bystander", JobOptions(), 2, created=1, updated=1, expires=NEVER))
        jobs.fail("failed", "as a test", 1)
        for late in (ScanJob("complete"), ScanJob("failed")):
            self.world.queues["scan"].send(dump(late))
        self.bystanders = self.snapshot()

    def snapshot(self) -> dict[tuple[str, ...], Any]:
        tables = self.world.dynamodb.tables
        return {
            (table, *key): item
            for table in tables
            for key, item in tables[table].items()
            if key[0] in BYSTANDERS
        }


def targets(world: World) -> TargetStore:
    client: Any = world.dynamodb
    return TargetStore(client, "targets", "jobs")


def jobs(world: World) -> JobStore:
    client: Any = world.dynamodb
    return JobStore(client, "jobs")


def genomes(world: World) -> GenomeStore:
    client: Any = world.dynamodb
    return GenomeStore(client, "genomes")
