"""Submit jobs as many users would, follow them to their ends, and compare what they answer with the library's results."""

from __future__ import annotations

import io
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import crackling
from crackling.results import write
from crackling.specificity import Index, build_index
from delivery.api_client import ApiError

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.api_client import ApiClient

GENOME_BASES = 1_000_000
QUERY_BASES = (300, 2_500)
POLL_SECONDS = 0.5
MAX_SUBMISSIONS = 3
"""How often a user follows a reason that tells them to submit again."""
UNTRUE = "An error inside"
"""What a reason must never begin with: it tells the user nothing."""


@dataclass(frozen=True)
class SoakGenome:
    """A random genome, and its index for the library."""

    genome_id: str
    fasta: Path
    sequence: str
    index: Path

    @classmethod
    def make(cls, folder: Path, number: int, seed: int) -> Self:
        sequence = "".join(random.Random(f"{seed} {number}").choices("ACGT", k=GENOME_BASES))
        fasta, index = folder / f"soak{number}.fa", folder / f"soak{number}.issl"
        fasta.write_text(f">contig\n{sequence}\n")
        build_index([fasta], index)
        return cls(f"soak{number}", fasta, sequence, index)

    def expected(self, query: str) -> bytes:
        """Return the CSV file that the command line writes for a query."""
        out = io.BytesIO()
        with Index.open(self.index) as index:
            write(crackling.design(query, genome=crackling.Genome(self.genome_id, index)), "csv", out)
        return out.getvalue()


@dataclass
class SoakJob:
    """A job as its user sees it: when it was submitted and was over, in seconds, and how it ended."""

    genome: SoakGenome
    query: str
    submitted: float
    job_id: str
    submissions: int = 1
    ended: float | None = None
    status: str = "queued"
    reasons: list[str] = field(default_factory=list)
    right: bool = False
    doubled: bool = False


class Traffic:
    """Submits jobs on the genomes, and follows them."""

    def __init__(self, api: ApiClient, genomes: list[SoakGenome], seed: int) -> None:
        self._api, self._genomes, self._random = api, genomes, random.Random(seed)
        self.jobs: list[SoakJob] = []

    def submit(self, jobs: int, seconds: float) -> None:
        """Submit the jobs evenly over the time, and follow those that are under way meanwhile."""
        start = time.monotonic()
        for number in range(jobs):
            genome = self._random.choice(self._genomes)
            first = self._random.randrange(GENOME_BASES - QUERY_BASES[1])
            query = genome.sequence[first : first + self._random.randint(*QUERY_BASES)]
            job_id = self._api.submit(sequence=query, genome=genome.genome_id)
            self.jobs.append(SoakJob(genome, query, time.monotonic(), job_id))
            self._follow_until(start + seconds * (number + 1) / jobs)

    def wait(self, seconds: float) -> None:
        """Wait until every job is over, or the time is."""
        end = time.monotonic() + seconds
        while any(job.ended is None for job in self.jobs) and time.monotonic() < end:
            self._follow_until(time.monotonic() + POLL_SECONDS)

    def _follow_until(self, end: float) -> None:
        for job in [job for job in self.jobs if job.ended is None]:
            self._follow(job)
            if time.monotonic() >= end:
                return
        time.sleep(max(0.0, end - time.monotonic()))

    def _follow(self, job: SoakJob) -> None:
        answer: dict[str, Any] = self._api.get(f"/jobs/{job.job_id}")
        job.status = answer["status"]
        if job.status == "complete":
            job.ended = time.monotonic()
        elif job.status == "failed":
            job.reasons.append(answer["reason"])
            if job.submissions < MAX_SUBMISSIONS:
                # The reason tells what to do, and its user does it.
                job.job_id = self._api.submit(sequence=job.query, genome=job.genome.genome_id)
                job.submissions += 1
            else:
                job.ended = time.monotonic()

    def compare(self) -> None:
        """Compare each complete job with what the library says."""
        for job in self.jobs:
            if job.status == "complete":
                try:
                    found = self._api.export(job.job_id, "csv")
                except ApiError as error:
                    job.reasons.append(str(error))
                    continue
                lines = found.splitlines()
                job.right = found == job.genome.expected(job.query)
                job.doubled = len(lines) != len(set(lines))
