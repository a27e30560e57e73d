"""Read a job: its targets in query order, the off-targets of one, and exports."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.errors import InputError
from crackling.results import FORMATS, Design, Kind, make_target, write
from crackling.sequences.fasta import as_fasta, parse_query
from crackling_aws.models.jobs import Status
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.errors import ConflictError, GoneError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling.results import Format, Target
    from crackling.sequences.fasta import Contig
    from crackling_aws.models.chunks import Chunk
    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobKey, JobStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_aws.stores.targets import TargetStore
    from crackling_lambdas.jobs.off_target_lists import OffTargetLists, OffTargets


# API Gateway and Lambda accept answers of 6 MB, JSON-escaped. Anything larger, or binary, is answered with an address in S3.
MAX_INLINE_BYTES = 2_000_000
ADDRESS_SECONDS = 5 * 60
QUERY_TYPE = FORMATS["fasta"].media_type


def file_name(job_id: str, format: Format) -> str:  # noqa: A002 - as users call it
    """Return the file name that an export is saved as."""
    return f"crackling-{job_id}.{FORMATS[format].endings[0]}"


def query_file_name(job_id: str) -> str:
    """Return the file name that a query is saved as."""
    return f"crackling-{job_id}-query.fa"


def unknown_job(job_id: str) -> NotFoundError:
    """Return the error for a job that is unknown or was erased."""
    return NotFoundError(f"There is no job {job_id}; jobs are deleted after a while")


def chunk_targets(chunk: Chunk, min_accepted: int) -> list[Target]:
    """Return the targets of a chunk; none unless it is completely scored."""
    if chunk.consensus is None or chunk.off_target is None:
        return []
    rows = zip(chunk.sites, chunk.consensus, chunk.off_target, chunk.loci, strict=True)
    return [
        make_target(
            number,
            query.site,
            efficiency,
            specificity,
            repeated_in_query=query.repeated,
            min_accepted=min_accepted,
            locus=locus,
        )
        for number, (query, efficiency, specificity, locus) in enumerate(rows, start=chunk.first)
    ]


@dataclass(frozen=True)
class Page:
    """Hold consecutive targets, and the number of the next; None at the end of the job's targets."""

    job: Job
    targets: list[Target]
    next: int | None


@dataclass(frozen=True)
class JobPage:
    """Hold consecutive jobs of an owner, and what the next page begins after; None at the end."""

    jobs: list[Job]
    next: JobKey | None


@dataclass(frozen=True)
class Address:
    """Hold an address that a file can be downloaded from for a few minutes."""

    url: str
    bytes: int


@dataclass(frozen=True, kw_only=True)
class Results:
    """Read jobs."""

    jobs: JobStore
    targets: TargetStore
    genomes: GenomeStore
    objects: ObjectStore  # its query and exports
    off_target_lists: OffTargetLists
    clock: Callable[[], float]

    def job(self, job_id: str) -> Job:
        """Return a known job.

        Raises:
            NotFoundError: there is none, or none any more.
            GoneError: it has expired, to the second, or was deleted a short while ago.
        """
        job = self.jobs.get(job_id) or self.jobs.remains(job_id)
        if job is None:
            raise unknown_job(job_id)
        if self.clock() >= job.expires:
            raise GoneError(f"The job {job_id} has expired: its query and results are deleted")
        if job.deleted is not None:
            raise GoneError(f"The job {job_id} was deleted, with its query and results")
        return job

    def jobs_of(self, owner: str, after: JobKey | None, limit: int) -> JobPage:
        """Return up to `limit` jobs of an owner that have not expired, the newest first.

        Fewer than that do not mean that there are no more.
        """
        found = self.jobs.of_owner(owner, limit, after)
        kept = [job for one in found if (job := self.jobs.get(one.job_id)) and self.clock() < job.expires]
        return JobPage(kept, found[-1] if len(found) == limit else None)

    def share(self, job_id: str, *, shared: bool) -> Job:
        """Let others read a job, or no longer.

        Raises:
            NotFoundError, GoneError: as job().
            ConflictError: it has no owner.
        """
        if self.job(job_id).owner is None:
            raise ConflictError(f"The job {job_id} has no owner: whoever knows its link may read it")
        self.jobs.share(job_id, shared=shared)
        return self.job(job_id)

    def genome(self, job: Job) -> Genome | None:
        """Return the genome that a job is pinned to, or will begin with; None if there is none."""
        if job.claim is None:
            return self.genomes.get(job.genome_id)
        return self.genomes.preparation(job.genome_id, job.claim)

    def page(self, job_id: str, start: int, limit: int) -> Page:
        """Return up to `limit` targets from number `start`, as far as they are scored without a gap.

        While the job is not finished, an empty or short page has a `next` to continue with.
        """
        job = self.job(job_id)
        if job.guides is None:
            return Page(job, [], None if job.finished else start)
        size = job.chunk_size
        first, last = (start - 1) // size, (start + limit - 2) // size
        found: list[Target] = []
        for chunk in self.targets.chunks(job_id, first, last + 1):
            scored = chunk_targets(chunk, job.options.consensus)
            found += scored
            if not scored:
                break
        skip = (start - 1) % size
        page = found[skip : skip + limit]
        following = start + len(page)
        at_end = following > job.guides or (job.finished and not page)
        return Page(job, page, None if at_end else following)

    def export(self, job_id: str, format: Format) -> str | Address:  # noqa: A002 - as users call it
        """Return all targets of a complete job in a format of `crackling.results`.

        A text that is short is returned itself; of any other file, the address is returned.

        Raises:
            ConflictError: the job is not complete.
        """
        job = self.job(job_id)
        if job.status is not Status.COMPLETE:
            raise ConflictError(f"The job is {job.status}; it can be exported when it is complete")
        file, name = FORMATS[format], file_name(job_id, format)
        key = keys.export(job_id, file.endings[0])
        if (size := self.objects.size(key)) is not None:
            return self._address(job, key, name, size)
        out = io.BytesIO()
        write(self._design(job), format, out)
        if file.binary:
            return self._stored(job, key, name, out.getvalue(), file.media_type)
        return self._carried(job, key, name, out.getvalue(), file.media_type)

    def query(self, job_id: str) -> str | Address:
        """Return the query of a job as FASTA, with the names and letters that its targets' locations refer to.

        Raises:
            NotFoundError: there is no such job, or its query is deleted already.
            ConflictError: the job is of guides, or has not read its region yet.
        """
        job = self.job(job_id)
        if job.kind is Kind.GUIDES:
            raise ConflictError("The job is of guides, which are its targets; it has no sequence")
        if job.region is not None and job.guides is None:
            raise ConflictError(f"The job is {job.status}; its sequence is there when it is scanned")
        content = as_fasta(self._contigs(job)).encode()
        return self._carried(job, keys.searched(job_id), query_file_name(job_id), content, QUERY_TYPE)

    def _carried(self, job: Job, key: str, name: str, content: bytes, media_type: str) -> str | Address:
        """Return a text itself, or its address if it is too long."""
        if len(content) <= MAX_INLINE_BYTES:
            return content.decode()
        return self._stored(job, key, name, content, media_type)

    def _stored(self, job: Job, key: str, name: str, content: bytes, media_type: str) -> Address:
        self.objects.put(key, content, media_type)
        return self._address(job, key, name, len(content))

    def _address(self, job: Job, key: str, name: str, size: int) -> Address:
        """Return a presigned address that expires with the job, if that is sooner."""
        seconds = max(1, min(ADDRESS_SECONDS, int(job.expires - self.clock())))
        return Address(self.objects.download_address(key, name, seconds), size)

    def _design(self, job: Job) -> Design:
        found = [
            target
            for chunk in self.targets.chunks(job.job_id)
            for target in chunk_targets(chunk, job.options.consensus)
        ]
        contigs = self._contigs(job) if job.kind is Kind.SEQUENCE else []
        return Design(job.genome_id, found, contigs, job.kind, job.options.consensus)

    def _contigs(self, job: Job) -> list[Contig]:
        try:
            return parse_query(self.objects.get(keys.query(job.job_id)).decode())
        except MissingObjectError:
            raise unknown_job(job.job_id) from None

    def off_targets(self, job_id: str, number: int, limit: int) -> OffTargets:
        """Return how many off-targets target `number` has, and the riskiest `limit` of them.

        Raises:
            NotFoundError: there is no such job or target.
            ConflictError: what the job is pinned to is no longer kept, its index is damaged, or the list could not be made.
            NotYetError: the list is being made.
        """
        try:
            return self.off_target_lists.get(self.job(job_id), number, limit)
        except InputError as error:
            raise ConflictError(str(error)) from None
