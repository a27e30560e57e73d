"""Define jobs; a job's status follows from what its stages have recorded."""

from dataclasses import dataclass
from enum import StrEnum

from crackling.results import Kind


class Status(StrEnum):
    """Name the status of a job as users see it."""

    QUEUED = "queued"
    PREPARING = "preparing"
    SCANNING = "scanning"
    SCORING = "scoring"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Hold a user's choices for a job: how many of the three methods must accept an efficient guide."""

    consensus: int = 2


@dataclass(frozen=True, slots=True)
class IndexDownload:
    """Hold how many bytes of an index a function has downloaded before it scores, of how many, and when it said so."""

    done: int
    total: int
    at: float


# A function reports its download every few seconds. One that is silent for longer has ended it, or died.
DOWNLOAD_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """Hold one query against one genome and what its stages have recorded so far."""

    job_id: str
    genome_id: str
    options: JobOptions
    chunk_size: int
    created: float
    updated: float
    expires: int
    kind: Kind = Kind.SEQUENCE  # of its query
    region: str | None = None  # the part of the genome that is its query, as its user named it
    owner: str | None = None  # the user who sent it; None if nobody was signed in
    preparing: bool = False  # it waited for its genome
    scanning: bool = False  # its scan was queued
    guides: int | None = None  # known once scanned
    consensus_done: int = 0  # guides whose efficiency is written
    off_target_done: int = 0  # guides whose specificity is written
    failure: str | None = None  # the reason, for its user
    recipient: str | None = None  # who gets an email when it is finished: see crackling_aws.email
    notified: float | None = None  # when that email was sent
    index_download: IndexDownload | None = None  # the latest that was reported
    claim: str | None = None  # the preparation of its genome that it is pinned to, from its scan on
    deleted: float | None = None  # when it was marked as deleted; its data are erased, and then this item
    shared: bool = False  # whoever is signed in and has its link may read it

    @property
    def status(self) -> Status:
        """Return the status, derived from the recorded fields; it is not stored, so it cannot contradict them."""
        if self.failure is not None:
            return Status.FAILED
        if self.guides is not None:
            done = self.consensus_done == self.off_target_done == self.guides
            return Status.COMPLETE if done else Status.SCORING
        if self.scanning:
            return Status.SCANNING
        return Status.PREPARING if self.preparing else Status.QUEUED

    @property
    def finished(self) -> bool:
        """Return whether the job is finished: complete or failed."""
        return self.status in (Status.COMPLETE, Status.FAILED)

    @property
    def mail_due(self) -> bool:
        """Return whether an email is still to be sent, as soon as the job is finished."""
        return self.recipient is not None and self.notified is None

    def awaited_download(self, now: float) -> IndexDownload | None:
        """Return the download of the index that the search for off-targets waits for; None unless it is under way."""
        latest = self.index_download
        if latest is None or self.status is not Status.SCORING or self.off_target_done:
            return None
        return latest if latest.done < latest.total and now < latest.at + DOWNLOAD_SECONDS else None
