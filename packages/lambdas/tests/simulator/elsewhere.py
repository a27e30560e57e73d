"""Simulate what lies outside the functions: NCBI, and workers that may die at any side effect or never start."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from crackling.errors import CracklingError, InputError
from crackling_aws.messages import PrepareGenome, ScanJob
from crackling_aws.preparation.download import Download
from crackling_aws.preparation.indexing import IsslIndex
from crackling_aws.preparation.release import Failure, Release
from crackling_aws.queues import Queue
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.jobs import JobStore
from crackling_aws.stores.objects import ObjectStore
from simulator import science
from simulator.faults import Killed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.faults import Faults
    from simulator.world import World

SMALL, LARGE, HUGE, FATAL, UNKNOWN = (f"GCF_00000000{number}.1" for number in range(5))
ASSEMBLIES = {SMALL: b">s\nACGTACGGTA\n", LARGE: b">l\nGGGTACGATTCC\nTT\n", HUGE: b">h\nACGT\n"}
BASES = {SMALL: 10, LARGE: 10**6, HUGE: 10**12, FATAL: 10**6}  # every worker dies of the last
LARGEST = 10**9


class Report(NamedTuple):
    """Hold an assembly's report."""

    bases: int
    organism: str


class Ncbi:
    """Stand for NCBI: know some assemblies, and sometimes be out of reach."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.trouble: set[str] = set()  # the assemblies that it once could not be asked for

    def assembly(self, accession: str) -> Report:
        self._reach(accession)
        if accession not in BASES:
            raise InputError(f"NCBI has no assembly {accession}")
        return Report(BASES[accession], f"Organism of {accession}")

    @contextmanager
    def download_fasta(self, accession: str, progress: Any) -> Iterator[io.BytesIO]:
        self._reach(accession)
        yield io.BytesIO(ASSEMBLIES[accession])
        progress(1, 1)

    def _reach(self, accession: str) -> None:
        if self._faults.happens():
            self.trouble.add(accession)
            raise CracklingError("NCBI cannot be reached")


@dataclass(eq=False)
class Instance:
    """Hold what a machine was started for, and whether it has begun."""

    instance_id: str
    genome_id: str
    claim: str
    launched: float
    begun: bool = False


class Fleet:
    """Run instances, each of which prepares one genome in one go and ends, or dies on the way, or hangs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._running: list[Instance] = []
        self._launched = 0
        self.working = 0
        self.deaths: list[str] = []  # the genomes of those that did not come to their end

    @property
    def ready(self) -> list[Instance]:
        return [instance for instance in self._running if not instance.begun]

    def launch(self, genome_id: str, claim: str, bases: int) -> str:
        if bases > LARGEST:
            raise CracklingError(f"{genome_id}: no worker is large enough")
        return str(self._world.faults.call("launch", lambda: self._launch(genome_id, claim), {}))

    def _launch(self, genome_id: str, claim: str) -> str:
        for instance in self._running:
            if instance.claim == claim:
                return instance.instance_id
        self._launched += 1
        self._running.append(Instance(f"i-{self._launched}", genome_id, claim, self._world.now))
        return self._running[-1].instance_id

    def running(self) -> list[Instance]:
        found: list[Instance] = self._world.faults.call("running", lambda: list(self._running), {})
        return found

    def terminate(self, instance_id: str) -> None:
        def end() -> None:
            gone = [instance for instance in self._running if instance.instance_id == instance_id]
            self._running = [instance for instance in self._running if instance not in gone]
            self.deaths += [instance.genome_id for instance in gone if not instance.begun]

        self._world.faults.call("terminate", end, {})

    def work(self) -> None:
        """Let one instance do its work from start to end."""
        instance = self._world.rng.choice(self.ready)
        instance.begun = True
        if instance.genome_id == FATAL or self._world.faults.happens():
            self.deaths.append(instance.genome_id)  # it hangs for ever
            return
        self.working += 1
        try:
            self._prepare(PrepareGenome(instance.genome_id, instance.claim))
        except (Killed, Exception):
            self.deaths.append(instance.genome_id)
        self.working -= 1
        self._running = [other for other in self._running if other is not instance]

    def _prepare(self, message: PrepareGenome) -> None:
        clients, clock = self._world.clients, self._world.clock
        genomes, jobs = GenomeStore(clients.dynamodb, "genomes"), JobStore(clients.dynamodb, "jobs")
        objects = ObjectStore(clients.s3, "genome")
        failure = Failure(genomes=genomes, jobs=jobs, clock=clock)
        release = Release(genomes=genomes, jobs=jobs, scans=Queue[ScanJob](clients.sqs, "scan"), clock=clock)
        download_fasta, nothing = self._world.ncbi.download_fasta, lambda *_: None
        self._world.use_own_disk()
        try:
            Download(
                genomes=genomes,
                objects=objects,
                download_fasta=download_fasta,
                limit=LARGEST,
                proceed=nothing,
                failure=failure,
                clock=clock,
            ).run(message)
            IsslIndex(
                genomes=genomes,
                objects=objects,
                release=release,
                failure=failure,
                build=science.build,
                clock=clock,
            ).run(message)
        except InputError as error:
            failure.fail_preparation(message, str(error))
