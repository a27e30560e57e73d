"""Scan the query of a job: write its sites in chunks, and queue each chunk for both scorings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.guides.guide_list import parse_guides
from crackling.guides.sites import find_sites, repeated_windows
from crackling.results import Kind
from crackling.sequences.fasta import parse_query
from crackling_aws.messages import ScanJob, ScoreChunk
from crackling_aws.models.chunks import Chunk, QuerySite
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.jobs.measuring import Measure, unmeasured
from crackling_lambdas.jobs.pins import pinned
from crackling_lambdas.jobs.submission import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crackling_aws.models.jobs import Job
    from crackling_aws.queues import Queue
    from crackling_aws.stores.jobs import JobStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_aws.stores.targets import TargetStore
    from crackling_lambdas.jobs.pins import ReadPreparation
    from crackling_lambdas.jobs.regions import Regions


def query_sites(text: str, kind: Kind = Kind.SEQUENCE) -> list[QuerySite]:
    """Return the sites of a query, or of a list of guides, in their order."""
    sites = (
        parse_guides(text.splitlines(), "the guides")
        if kind is Kind.GUIDES
        else find_sites(parse_query(text))
    )
    repeated = repeated_windows(sites)
    return [QuerySite(site, repeated=site.guide + site.pam in repeated) for site in sites]


def chunks(job_id: str, sites: list[QuerySite], size: int) -> Iterator[Chunk]:
    """Yield runs of `size` sites; the last may be shorter."""
    for number, start in enumerate(range(0, len(sites), size)):
        yield Chunk(job_id, number, first=start + 1, sites=tuple(sites[start : start + size]))


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Scan the query of a job."""

    jobs: JobStore
    targets: TargetStore
    queries: ObjectStore
    read_preparation: ReadPreparation
    regions: Regions
    consensus: Queue[ScoreChunk]
    off_target: Queue[ScoreChunk]
    clock: Callable[[], float]
    measure: Measure = unmeasured

    def run(self, message: ScanJob) -> None:
        """Write the chunks, then their count, and then queue the messages, so that their consumers find both.

        A repeated call finds the chunks and queues them again, because the first may have died half-way.
        """
        job = self.jobs.get(message.job_id)
        if job is None or job.finished:
            return
        text = self._query(job)
        with self.measure():
            self._scan(job, text)

    def _query(self, job: Job) -> str:
        """Return the query. That of a region is stored when it is first read, whatever happens to the genome later."""
        key = keys.query(job.job_id)
        try:
            return self.queries.get(key).decode()
        except MissingObjectError:
            if job.region is None:
                raise
        text = self.regions.fasta(job.region, *pinned(self.read_preparation, job))
        self.queries.put(key, text.encode(), TEXT)
        return text

    def _scan(self, job: Job, text: str) -> None:
        sites = query_sites(text, job.kind)
        numbers = []
        for chunk in chunks(job.job_id, sites, job.chunk_size):
            self.targets.create(chunk, job.expires)
            numbers.append(chunk.number)
        if self.jobs.set_guides(job.job_id, len(sites), self.clock()):
            self.consensus.send(ScoreChunk(job.job_id, number) for number in numbers)
            self.off_target.send(ScoreChunk(job.job_id, number) for number in numbers)
