"""The Jobs table. Every write is conditional, so that a message that comes twice or late changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.results import Kind
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.stores.dynamo import decode_item, encode_item, expressions, filters, pages, write_if

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mypy_boto3_dynamodb import DynamoDBClient

NEW = "attribute_not_exists(#jobId)"
EXISTS = "attribute_exists(#jobId)"
NOT_FAILED = "attribute_not_exists(#failure)"
NOT_COMPLETE = "(attribute_not_exists(#guides) OR #onTarget <> #guides OR #offTarget <> #guides)"
NOT_OVER = f"{NOT_FAILED} AND {NOT_COMPLETE}"
NOT_NOTIFIED = "attribute_not_exists(#notified)"
STALLED = f"{NOT_OVER} AND #updated < :before"


class JobStore:
    """Jobs by id."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self.table = table

    def create(self, job: Job) -> bool:
        """False if the id is taken."""
        item = encode_item(
            jobId=job.job_id, genome=job.genome, consensus=job.options.consensus, chunkSize=job.chunk_size, kind=job.kind,
            created=job.created, updated=job.updated, expires=job.expires, onTarget=0, offTarget=0,
            region=job.region, recipient=job.recipient,
        )  # fmt: skip
        return write_if(self._client.put_item, TableName=self.table, Item=item, **expressions(condition=NEW))

    def get(self, job_id: str) -> Job | None:
        """The job as its latest write left it."""
        answer = self._client.get_item(TableName=self.table, Key=_key(job_id), ConsistentRead=True)
        return _job(answer["Item"]) if "Item" in answer else None

    def mark_preparing(self, job_id: str, now: float) -> bool:
        """Note that the job waits for its genome; False if it is over."""
        return self._update(job_id, "SET #preparing = :yes, #updated = :now", NOT_OVER, yes=True, now=now)

    def mark_scanning(self, job_id: str, now: float) -> bool:
        """Note that the job's scan was queued; False if it is over."""
        return self._update(job_id, "SET #scanning = :yes, #updated = :now", NOT_OVER, yes=True, now=now)

    def set_guides(self, job_id: str, guides: int, now: float) -> bool:
        """Note how many guides the scan found; False if the job is over."""
        return self._update(
            job_id, "SET #guides = :guides, #updated = :now", NOT_OVER, guides=guides, now=now
        )

    def fail(self, job_id: str, reason: str, now: float) -> bool:
        """End the job with a reason; False if it was over."""
        return self._update(
            job_id, "SET #failure = :reason, #updated = :now", NOT_OVER, reason=reason, now=now
        )

    def fail_stalled(self, job_id: str, reason: str, before: float, now: float) -> bool:
        """End the job with a reason, unless it is over or moved on since `before`."""
        update = "SET #failure = :reason, #updated = :now"
        return self._update(job_id, update, STALLED, reason=reason, before=before, now=now)

    def mark_notified(self, job_id: str, now: float) -> bool:
        """Note that whoever asked for mail has been sent it; False if that was noted before."""
        return self._update(job_id, "SET #notified = :now", NOT_NOTIFIED, now=now)

    def stalled(self, before: float) -> Iterator[Job]:
        """The jobs that are not over and did not move on since `before`: a scan of the table."""
        request = filters(STALLED, before=before)
        yield from map(_job, pages(self._client.scan, TableName=self.table, **request))

    def _update(self, job_id: str, update: str, condition: str, **values: str | float | bool) -> bool:
        request = expressions(update=update, condition=f"{EXISTS} AND {condition}", **values)
        return write_if(self._client.update_item, TableName=self.table, Key=_key(job_id), **request)


def _key(job_id: str) -> dict[str, Any]:
    return encode_item(jobId=job_id)


def _job(item: dict[str, Any]) -> Job:
    facts = decode_item(item)
    return Job(
        job_id=facts["jobId"],
        genome=facts["genome"],
        options=JobOptions(consensus=facts["consensus"]),
        chunk_size=facts["chunkSize"],
        created=facts["created"],
        updated=facts["updated"],
        expires=facts["expires"],
        kind=Kind(facts["kind"]),
        region=facts.get("region"),
        preparing=facts.get("preparing", False),
        scanning=facts.get("scanning", False),
        guides=facts.get("guides"),
        on_target=facts["onTarget"],
        off_target=facts["offTarget"],
        failure=facts.get("failure"),
        recipient=facts.get("recipient"),
        notified=facts.get("notified"),
    )
