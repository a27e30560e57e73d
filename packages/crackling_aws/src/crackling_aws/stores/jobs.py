"""Store jobs in the Jobs table. Every write is conditional, so that a message delivered twice or late changes nothing.

A job that is deleted is marked first, and nothing reads or changes it from then on. What is left of it is the mark, which
tells whoever erases its data that there may be some, until no function can run that had read the job before.
"""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING

from crackling_aws.codec import attribute_name, attributes, from_item, to_item
from crackling_aws.models.jobs import IndexDownload, Job
from crackling_aws.names import JOBS_BY_OWNER
from crackling_aws.stores.dynamo import Update, expressions, filters, key_condition, pages, write_if

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.codec import Value

NEW = "attribute_not_exists(#jobId)"
EXISTS = "attribute_exists(#jobId)"
OWNED = "attribute_exists(#owner)"
NOT_DELETED = "attribute_not_exists(#deleted)"
NOT_FAILED = "attribute_not_exists(#failure)"
NOT_COMPLETE = "(attribute_not_exists(#guides) OR #consensusDone <> #guides OR #offTargetDone <> #guides)"
NOT_FINISHED = f"{NOT_DELETED} AND {NOT_FAILED} AND {NOT_COMPLETE}"
NOT_NOTIFIED = f"{NOT_DELETED} AND attribute_not_exists(#notified)"
NOT_PINNED = "attribute_not_exists(#claim)"
PINNED = "#claim = :pin"
STALLED = f"{NOT_FINISHED} AND #updated < :before"
TO_ERASE = "#expires <= :now OR attribute_exists(#deleted)"
MARKED = "#deleted < :before"
# The mark removes what the user gave and what was found for it; what remains names the job, its owner, genome and times.
_OF_ITS_USER = tuple(
    attribute_name(field.name)
    for field in fields(Job)
    if field.default is not MISSING and field.name not in ("deleted", "owner")
)


@dataclass(frozen=True, slots=True)
class JobKey:
    """Hold what names a job in the order of creation."""

    job_id: str
    created: float


class JobStore:
    """Read and write jobs."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def create(self, job: Job) -> bool:
        """Write a new job; return False if its id is taken."""
        request = expressions(NEW)
        return write_if(self._client.put_item, TableName=self._table, Item=to_item(job), **request)

    def get(self, job_id: str) -> Job | None:
        """Return the job, read consistently; None if there is none, or it was deleted."""
        found = self._read(job_id)
        return None if found is None or found.deleted is not None else found

    def remains(self, job_id: str) -> Job | None:
        """Return what is left of a deleted job; None if nothing is left, or the job was not deleted."""
        found = self._read(job_id)
        return None if found is None or found.deleted is None else found

    def of_owner(self, owner: str, limit: int, after: JobKey | None = None) -> list[JobKey]:
        """Return the keys of up to `limit` jobs of an owner, the newest first; those that follow `after`, if it is given.

        A new job is among them a moment later, and one that was deleted for as long as its mark is there.
        """
        request = key_condition("#owner = :owner", owner=owner) | {"IndexName": JOBS_BY_OWNER, "Limit": limit}
        if after is not None:
            request["ExclusiveStartKey"] = attributes(Job, owner=owner, **asdict(after))
        answer = self._client.query(TableName=self._table, ScanIndexForward=False, **request)
        return [from_item(JobKey, item) for item in answer["Items"]]

    def share(self, job_id: str, *, shared: bool) -> bool:
        """Let others read a job that has an owner, or no longer; return False if it has none, or is gone."""
        return self._update(job_id, f"{NOT_DELETED} AND {OWNED}", shared=shared)

    def mark_deleted(self, job_id: str, now: float) -> bool:
        """Mark a job as deleted in any state; return False if it is marked already, or there is none."""
        update = Update(set=attributes(Job, deleted=now), remove=_OF_ITS_USER)
        return self._write(job_id, NOT_DELETED, update)

    def to_erase(self, now: float) -> Iterator[Job]:
        """Yield the jobs that have expired or are marked as deleted: a scan of the table."""
        request = filters(TO_ERASE, now=now)
        for item in pages(self._client.scan, TableName=self._table, **request):
            yield from_item(Job, item)

    def forget(self, job_id: str, before: float) -> bool:
        """Remove the mark of a job that was deleted before a time; return False if there is no such mark."""
        key, request = attributes(Job, job_id=job_id), expressions(MARKED, {"before": before})
        return write_if(self._client.delete_item, TableName=self._table, Key=key, **request)

    def mark_preparing(self, job_id: str, now: float) -> bool:
        """Note that the job waits for its genome; return False if it is finished."""
        return self._update(job_id, NOT_FINISHED, preparing=True, updated=now)

    def pin(self, job_id: str, claim: str, now: float) -> bool:
        """Note that the job's scan is queued, and pin it to a preparation of its genome, unless it is pinned already.

        Return False if it is finished.
        """
        update = Update(
            set=attributes(Job, scanning=True, updated=now), set_if_absent=attributes(Job, claim=claim)
        )
        return self._write(job_id, NOT_FINISHED, update)

    def set_guides(self, job_id: str, guides: int, now: float) -> bool:
        """Note how many guides the scan found; return False if the job is finished."""
        return self._update(job_id, NOT_FINISHED, guides=guides, updated=now)

    def note_download(self, job_id: str, done: int, total: int, now: float) -> bool:
        """Note how far the download of the index is that the job's scores wait for; return False if the job is finished.

        It is no step of the job, so `updated` stays.
        """
        return self._update(job_id, NOT_FINISHED, index_download=IndexDownload(done, total, now))

    def fail(self, job_id: str, reason: str, now: float) -> bool:
        """End the job with a reason; return False if it was finished."""
        return self._update(job_id, NOT_FINISHED, failure=reason, updated=now)

    def fail_unpinned(self, job_id: str, reason: str, now: float) -> bool:
        """End a job that waits for its genome with a reason; return False if it is finished, or no longer waits."""
        return self._update(job_id, f"{NOT_FINISHED} AND {NOT_PINNED}", failure=reason, updated=now)

    def fail_pinned(self, job_id: str, claim: str, reason: str, now: float) -> bool:
        """End a job with a reason; return False if it is finished, or not pinned to the preparation `claim`."""
        return self._update(
            job_id, f"{NOT_FINISHED} AND {PINNED}", {"pin": claim}, failure=reason, updated=now
        )

    def fail_stalled(self, job_id: str, reason: str, before: float, now: float) -> bool:
        """End the job with a reason; return False if it is finished or made progress since `before`."""
        return self._update(job_id, STALLED, {"before": before}, failure=reason, updated=now)

    def mark_notified(self, job_id: str, now: float) -> bool:
        """Note that the email about the job was sent; return False if that was noted before."""
        return self._update(job_id, NOT_NOTIFIED, notified=now)

    def withdraw_email(self, job_id: str) -> bool:
        """Remove the recipient of the email about the job; return False if it was deleted, or there is none.

        It is no step of the job, so `updated` stays.
        """
        return self._write(job_id, NOT_DELETED, Update(remove=(attribute_name("recipient"),)))

    def stalled(self, before: float) -> Iterator[Job]:
        """Yield the jobs that are not finished and made no progress since `before`: a scan of the table."""
        request = filters(STALLED, before=before)
        for item in pages(self._client.scan, TableName=self._table, **request):
            yield from_item(Job, item)

    def _update(
        self, job_id: str, condition: str, given: dict[str, Value] | None = None, **fields: object
    ) -> bool:
        """Set fields of a job under a condition, whose values are `given`."""
        return self._write(job_id, condition, Update(set=attributes(Job, **fields)), given)

    def _write(
        self, job_id: str, condition: str, update: Update, given: dict[str, Value] | None = None
    ) -> bool:
        request = expressions(f"{EXISTS} AND {condition}", given, update=update)
        key = attributes(Job, job_id=job_id)
        return write_if(self._client.update_item, TableName=self._table, Key=key, **request)

    def _read(self, job_id: str) -> Job | None:
        key = attributes(Job, job_id=job_id)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return from_item(Job, answer["Item"]) if "Item" in answer else None
