"""Accept jobs: each is checked before anything is stored, so that most mistakes are answered at once."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.errors import InputError
from crackling.guides.guide_list import parse_guides
from crackling.guides.region import parse_region
from crackling.guides.sites import GUIDE_NT
from crackling.ncbi import ACCESSION
from crackling.results import Kind
from crackling.sequences.fasta import parse_query
from crackling_aws.models.genomes import GenomeState, Source
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.models.owners import may_read
from crackling_aws.stores import keys
from crackling_lambdas.caps import Resource
from crackling_lambdas.errors import InvalidError, NotFoundError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.caps import Caps
    from crackling_lambdas.genomes.claims import Claims
    from crackling_lambdas.jobs.email_subscriptions import EmailSubscriptions, Recipient

MAX_QUERY_BASES = 1_000_000
TEXT = "text/plain; charset=utf-8"
MAX_QUERY_GUIDES = 50_000
# Headers and line ends come on top of the bases.
MAX_QUERY_LETTERS = 2 * MAX_QUERY_BASES
# The bases that count for a region given by name: its length is not known yet, so the largest is assumed.
NAMED_REGION_BASES = MAX_QUERY_BASES
DAY_SECONDS = 86_400
JOB_ID = re.compile(r"[0-9a-f]{32}")


def check_query(text: str, kind: Kind) -> int:
    """Return how many bases a query has; raise an error unless it can be scanned.

    Raises:
        TooLargeError: it holds more than MAX_QUERY_BASES bases, or MAX_QUERY_GUIDES guides.
        InvalidError: it is not DNA, or no list of guides.
    """
    unit, limit = ("guides", MAX_QUERY_GUIDES) if kind is Kind.GUIDES else ("bases", MAX_QUERY_BASES)
    if len(text) > MAX_QUERY_LETTERS:
        raise TooLargeError(
            f"The query is {len(text):,} letters long; the limit of a job is {limit:,} {unit}; split the query"
        )
    try:
        size = len(parse_guides(text.splitlines(), "the guides")) if kind is Kind.GUIDES else bases(text)
    except InputError as error:
        raise InvalidError(str(error)) from None
    if size > limit:
        raise TooLargeError(
            f"The query holds {size:,} {unit}; the limit of a job is {limit:,}; split the query"
        )
    return size * GUIDE_NT if kind is Kind.GUIDES else size


def check_region(text: str) -> int:
    """Return how many bases a part of a genome has at most; raise unless the text can name one.

    Whether the genome has it is checked when the genome is ready.

    Raises:
        TooLargeError: it has more than MAX_QUERY_BASES bases.
        InvalidError: it cannot be the name of a region.
    """
    try:
        region = parse_region(text)
    except InputError as error:
        raise InvalidError(str(error)) from None
    if isinstance(region, str):  # a gene or a contig, whose length the genome tells later
        return NAMED_REGION_BASES
    if region.end - region.start > MAX_QUERY_BASES:
        raise TooLargeError(
            f"The region has {region.end - region.start:,} bases; the limit of a job is {MAX_QUERY_BASES:,}; split it"
        )
    return region.end - region.start


def bases(text: str) -> int:
    """Return how many bases a query has."""
    return sum(len(contig.sequence) for contig in parse_query(text))


@dataclass(frozen=True)
class Belonging:
    """Hold whose a new job is, None if nobody is signed in, and whether others may read it."""

    owner: str | None
    shared: bool = False


NOBODYS = Belonging(None)


@dataclass(frozen=True)
class Submitted:
    """Hold an accepted job, and who is emailed when it is finished, if anybody is."""

    job: Job
    recipient: Recipient | None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Create jobs. The new item's stream record wakes the scheduler."""

    jobs: JobStore
    genomes: GenomeStore
    queries: ObjectStore
    uploads: ObjectStore
    subscriptions: EmailSubscriptions
    chunk_size: int
    job_days: int
    claims: Claims
    caps: Caps
    clock: Callable[[], float]

    def submit(
        self,
        text: str,
        genome_id: str,
        options: JobOptions,
        client: str,
        kind: Kind = Kind.SEQUENCE,
        email: str | None = None,
        belongs: Belonging = NOBODYS,
    ) -> Submitted:
        """Store the query, then the job. Nothing is stored if the user's address cannot be subscribed.

        Raises:
            TooLargeError, InvalidError: the query cannot be scanned.
            NotFoundError: the genome is not known, and is no accession that could be downloaded.
            InvalidError: the genome's upload has not arrived.
            LimitError: the day's jobs, bases or preparations are used up.
            InvalidError, ConflictError, UpstreamError: see EmailSubscriptions.subscribe.
        """
        size = check_query(text, kind)
        return self._take(genome_id, options, kind, email, belongs, client, size, text=text)

    def submit_region(
        self,
        region: str,
        genome_id: str,
        options: JobOptions,
        client: str,
        email: str | None = None,
        belongs: Belonging = NOBODYS,
    ) -> Submitted:
        """Store a job whose query its scan reads from the genome.

        Raises:
            TooLargeError, InvalidError, NotFoundError: as submit().
        """
        size = check_region(region)
        return self._take(
            genome_id, options, Kind.SEQUENCE, email, belongs, client, size, region=region.strip()
        )

    def _take(
        self,
        genome_id: str,
        options: JobOptions,
        kind: Kind,
        email: str | None,
        belongs: Belonging,
        client: str,
        size: int,
        *,
        text: str | None = None,
        region: str | None = None,
    ) -> Submitted:
        found = self._check_genome(genome_id, belongs.owner)
        waits = _waits(found)
        amounts = {Resource.JOBS: 1, Resource.BASES: size, Resource.PREPARATIONS: int(waits)}
        with self.caps.taking(client, amounts):
            recipient = None if email is None else self.subscriptions.subscribe(email)
            if waits:
                # At once, so that of many jobs that name a new genome only one counts as its preparation.
                self.claims.claim(genome_id, Source.ACCESSION if found is None else found.source)
            job = self._create(genome_id, options, kind, belongs, recipient, text=text, region=region)
        return Submitted(job, recipient)

    def _create(
        self,
        genome_id: str,
        options: JobOptions,
        kind: Kind,
        belongs: Belonging,
        recipient: Recipient | None,
        *,
        text: str | None,
        region: str | None,
    ) -> Job:
        now = self.clock()
        job = Job(
            job_id=uuid.uuid4().hex,
            genome_id=genome_id,
            options=options,
            chunk_size=self.chunk_size,
            created=now,
            updated=now,
            expires=int(now) + self.job_days * DAY_SECONDS,
            kind=kind,
            region=region,
            recipient=recipient.name if recipient else None,
            owner=belongs.owner,
            shared=belongs.shared,
        )
        if text is not None:
            self.queries.put(keys.query(job.job_id), text.encode(), TEXT)
        self.jobs.create(job)
        return job

    def _check_genome(self, genome_id: str, user: str | None) -> Genome | None:
        found = self.genomes.get(genome_id)
        if found is not None and not may_read(user, found):
            found = None  # another user's is as good as unknown
        if found is None and not ACCESSION.fullmatch(genome_id):
            raise NotFoundError(
                f"There is no genome {genome_id}; upload it, or give an NCBI accession (GCF_... or GCA_...)"
            )
        is_upload = found is not None and found.source is Source.UPLOAD
        if is_upload and _waits(found) and self.uploads.size(keys.upload(genome_id)) is None:
            raise InvalidError(f"The file of genome {genome_id} has not been uploaded; upload it first")
        return found


def _waits(genome: Genome | None) -> bool:
    """Return whether a job's genome must be claimed first."""
    return genome is None or genome.state not in (GenomeState.READY, GenomeState.PREPARING)
