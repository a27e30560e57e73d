"""Store jobs in the Jobs table. Every write is conditional, so that a message delivered twice or late changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws.codec import attributes, from_item, to_item
from crackling_aws.models.jobs import IndexDownload, Job
from crackling_aws.stores.dynamo import Update, expressions, filters, pages, write_if

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

NEW = "attribute_not_exists(#jobId)"
EXISTS = "attribute_exists(#jobId)"
NOT_FAILED = "attribute_not_exists(#failure)"
NOT_COMPLETE = "(attribute_not_exists(#guides) OR #consensusDone <> #guides OR #offTargetDone <> #guides)"
NOT_FINISHED = f"{NOT_FAILED} AND {NOT_COMPLETE}"
NOT_PINNED = "attribute_not_exists(#claim)"
NOT_NOTIFIED = "attribute_not_exists(#notified)"
STALLED = f"{NOT_FINISHED} AND #updated < :before"


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
        """Return the job as its latest write left it."""
        key = attributes(Job, job_id=job_id)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return from_item(Job, answer["Item"]) if "Item" in answer else None

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

    def fail_stalled(self, job_id: str, reason: str, before: float, now: float) -> bool:
        """End the job with a reason; return False if it is finished or made progress since `before`."""
        return self._update(job_id, STALLED, {"before": before}, failure=reason, updated=now)

    def mark_notified(self, job_id: str, now: float) -> bool:
        """Note that the email about the job was sent; return False if that was noted before."""
        return self._update(job_id, NOT_NOTIFIED, notified=now)

    def stalled(self, before: float) -> Iterator[Job]:
        """Yield the jobs that are not finished and made no progress since `before`: a scan of the table."""
        request = filters(STALLED, before=before)
        for item in pages(self._client.scan, TableName=self._table, **request):
            yield from_item(Job, item)

    def _update(
        self, job_id: str, condition: str, given: dict[str, float] | None = None, **fields: object
    ) -> bool:
        """Set fields of a job under a condition, whose values are `given`."""
        return self._write(job_id, condition, Update(set=attributes(Job, **fields)), given)

    def _write(
        self, job_id: str, condition: str, update: Update, given: dict[str, float] | None = None
    ) -> bool:
        request = expressions(f"{EXISTS} AND {condition}", given, update=update)
        key = attributes(Job, job_id=job_id)
        return write_if(self._client.update_item, TableName=self._table, Key=key, **request)
