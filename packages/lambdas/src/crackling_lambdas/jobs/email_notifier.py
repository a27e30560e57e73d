"""Send the email about a finished job. It names the job, its genome and its size: never the query."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.email import EmailTopic
    from crackling_aws.models.genomes import Genome
    from crackling_aws.models.jobs import Job
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.jobs import JobStore

MAX_REASON_LETTERS = 500


@dataclass(frozen=True, kw_only=True)
class Notifier:
    """Email whoever asked for it that a job is finished: at least once; duplicates are rare."""

    jobs: JobStore
    genomes: GenomeStore
    topic: EmailTopic
    page: str  # its address
    clock: Callable[[], float]

    def notify(self, job_id: str) -> None:
        """Send the email if the job is finished and none was sent; a running job comes again when it changes."""
        job = self.jobs.get(job_id)
        if job is None or job.recipient is None or not job.mail_due or not job.finished:
            return
        text = body(job, self.genomes.get(job.genome_id), f"{self.page}/#/jobs/{job_id}")
        # Marked only after sending: a crash in between sends the email twice, but never loses it.
        self.topic.publish(job.recipient, subject(job), text)
        self.jobs.mark_notified(job_id, self.clock())


def subject(job: Job) -> str:
    """Return the subject: ASCII, and at most 100 characters, as a genome's id has up to 64."""
    what = "Your job failed" if job.failure else f"{_guides(job)} scored"
    return f"{what}: {job.genome_id}"


def body(job: Job, genome: Genome | None, link: str) -> str:
    """Return the text of the email."""
    name = f"{genome.organism} ({job.genome_id})" if genome and genome.organism else job.genome_id
    expires = datetime.fromtimestamp(job.expires, UTC)
    if job.failure:
        # The reason may name the gene that the user asked for, so the email of a region omits it.
        head = f"The job against the genome {name} failed.{_why(job.failure) if job.region is None else ''}"
    else:
        head = f"The job is complete: {_guides(job)} scored against the genome {name}."
    end = f"Its query and results are deleted on {expires.day} {expires:%B %Y}."
    return f"{head}\n\n{link}\n\n{end}\n"


def _why(failure: str) -> str:
    return f"\n\nWhy: {textwrap.shorten(failure, MAX_REASON_LETTERS, placeholder=' ...')}"


def _guides(job: Job) -> str:
    return "1 guide" if job.guides == 1 else f"{job.guides:,} guides"
