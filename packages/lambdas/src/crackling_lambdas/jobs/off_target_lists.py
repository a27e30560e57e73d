"""List the off-targets of a job's target, however long that takes.

A request looks for them itself for as long as it may. If that is not enough, a message asks a function without that limit to
make the list; the list is stored with the job, and until then requests are told how far it is.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from crackling.errors import InputError
from crackling.specificity import OffTarget
from crackling.specificity.loci import annotate
from crackling_aws.messages import ListOffTargets
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import is_ready
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.errors import (
    ConflictError,
    DamagedIndexError,
    FullDiskError,
    NotFoundError,
    NotYetError,
)
from crackling_lambdas.genomes.repairs import unusable_reason
from crackling_lambdas.jobs.list_progress import Progress
from crackling_lambdas.jobs.pins import pinned

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job
    from crackling_aws.queues import Queue
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_aws.stores.targets import TargetStore
    from crackling_lambdas.genomes.annotations import Annotations
    from crackling_lambdas.genomes.repairs import Repairs
    from crackling_lambdas.index_files.lookup_watch import LookupWatch

MOST_LISTED = 1000  # of a guide's off-targets, the riskiest first
STALE_SECONDS = (
    180.0  # after the last report: the function is dead, and its message was delivered again and lost
)
_MEDIA_TYPE = "application/json"

logger = logging.getLogger(__name__)


class OffTargetFinder(Protocol):
    """Find the off-targets of guides in genomes that are ready."""

    def off_targets(
        self, genome: Genome, guide: str, most: int, watch: LookupWatch
    ) -> tuple[int, list[OffTarget]]: ...


@dataclass(frozen=True)
class OffTargets:
    """Hold a guide's off-targets: how many there are, and those that are listed, the riskiest first."""

    guide: str
    total: int
    listed: list[OffTarget]


@dataclass(frozen=True, kw_only=True)
class StoredLists:
    """Store the lists that were made by message, and how far they are, as one object for each target."""

    objects: ObjectStore

    def read(self, job_id: str, number: int) -> OffTargets | Progress | None:
        """Return a list, or how far it is; None if it was not asked for."""
        try:
            fields = json.loads(self.objects.get(keys.off_targets(job_id, number)))
        except MissingObjectError:
            return None
        if "listed" in fields:
            return OffTargets(
                fields["guide"], fields["total"], [OffTarget(**place) for place in fields["listed"]]
            )
        return Progress(**fields)

    def write(self, job_id: str, number: int, content: OffTargets | Progress) -> None:
        body = json.dumps(asdict(content)).encode()
        self.objects.put(keys.off_targets(job_id, number), body, _MEDIA_TYPE)


@dataclass(frozen=True, kw_only=True)
class OffTargetListing:
    """Find the off-targets of a target in the genome that its job is pinned to."""

    targets: TargetStore
    genomes: GenomeStore
    finder: OffTargetFinder
    annotations: Annotations
    repairs: Repairs

    def off_targets(self, job: Job, number: int, most: int, watch: LookupWatch) -> OffTargets:
        """Return how many off-targets target `number` has, and the riskiest `most` of them.

        Raises:
            NotFoundError: the job has no such target.
            InputError: what the job is pinned to is no longer kept, or its index is damaged.
            NotYetError: the time that `watch` allows was over.
            FullDiskError: the function's disk has no room for the index.
        """
        chunk = self.targets.get(job.job_id, (number - 1) // job.chunk_size)
        if chunk is None or number - chunk.first >= len(chunk.sites):
            raise NotFoundError(f"The job has no target {number}")
        genome, claim = pinned(self.genomes.preparation, job)
        if not is_ready(genome):
            raise InputError(unusable_reason(job.genome_id, claim, genome))
        guide = chunk.sites[number - chunk.first].site.guide
        try:
            total, listed = self.finder.off_targets(genome, guide, most, watch)
        except DamagedIndexError as error:
            self.repairs.begin(genome, claim, error)
            found = self.genomes.preparation(job.genome_id, claim)
            raise InputError(unusable_reason(job.genome_id, claim, found)) from error
        annotation = self.annotations.of(genome)
        return OffTargets(guide, total, annotate(listed, annotation) if annotation else listed)


@dataclass(frozen=True, kw_only=True)
class OffTargetLists:
    """Answer requests for lists."""

    listing: OffTargetListing
    stored: StoredLists
    queue: Queue[ListOffTargets]
    watch: LookupWatch  # ends a search that takes longer than a request may
    clock: Callable[[], float]

    def get(self, job: Job, number: int, most: int) -> OffTargets:
        """Return how many off-targets target `number` has, and the riskiest `most` of them, at most MOST_LISTED.

        Raises:
            NotFoundError: the job has no such target.
            InputError: what the job is pinned to is no longer kept, or its index is damaged.
            NotYetError: the list is being made; the message says how far it is.
            ConflictError: making it has failed; it is tried again after a while.
        """
        found = self.stored.read(job.job_id, number)
        if isinstance(found, OffTargets):
            return OffTargets(found.guide, found.total, found.listed[:most])
        if found is not None and self.clock() < found.told + STALE_SECONDS:
            raise ConflictError(found.reason) if found.reason else NotYetError(str(found))
        try:
            return self.listing.off_targets(job, number, most, self.watch)
        except (NotYetError, FullDiskError):
            queued = Progress(told=self.clock())
            self.stored.write(job.job_id, number, queued)
            self.queue.send([ListOffTargets(job.job_id, number)])
            raise NotYetError(str(queued)) from None


@dataclass(frozen=True, kw_only=True)
class ListMaking:
    """Make the lists that messages ask for."""

    read_job: Callable[[str], Job | None]
    listing: OffTargetListing
    stored: StoredLists
    report: Callable[..., LookupWatch]  # with `note`, which takes each Progress
    clock: Callable[[], float]

    def run(self, message: ListOffTargets) -> None:
        """Store the list, unless it is stored already or nobody can ask for it any more.

        Raises:
            InputError: what the job is pinned to is no longer kept.
        """
        job = self.read_job(message.job_id)
        if job is None or self.clock() >= job.expires:
            return
        if isinstance(self.stored.read(job.job_id, message.number), OffTargets):
            return

        def note(progress: Progress) -> None:
            # A report that is lost does no harm: the next one follows soon.
            try:
                self.stored.write(job.job_id, message.number, progress)
            except (BotoCoreError, ClientError) as error:
                logger.warning("A report of a list for the job %s was lost: %s", job.job_id, error)

        found = self.listing.off_targets(job, message.number, MOST_LISTED, self.report(note=note))
        self.stored.write(job.job_id, message.number, found)

    def fail(self, message: ListOffTargets, reason: str) -> None:
        """Store why there is no list."""
        failed = Progress(told=self.clock(), reason=reason)
        self.stored.write(message.job_id, message.number, failed)
