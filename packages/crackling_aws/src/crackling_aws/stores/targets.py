"""Store chunks of targets in the Targets table: their sites, and the results of both scorings, each written once.

A result and the job's counter change in one transaction, so the counter is exact however often a message is delivered.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from crackling.annotation import UNKNOWN
from crackling_aws.codec import attribute_name, attributes, encode, from_item, to_item
from crackling_aws.models.chunks import Chunk, Stage
from crackling_aws.models.jobs import Job
from crackling_aws.stores.dynamo import (
    Update,
    delete_all,
    expressions,
    key_condition,
    pages,
    transact,
    write_if,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling.annotation import Locus
    from crackling.efficiency import Efficiency
    from crackling.specificity import Specificity

NEW = "attribute_not_exists(#jobId)"
EXISTS = "attribute_exists(#jobId)"
JOB_OPEN = "attribute_exists(#jobId) AND attribute_not_exists(#failure) AND attribute_not_exists(#deleted)"
NOT_SCORED = "attribute_not_exists(#{stage})"
MAX_NUMBER = 10**9  # of a chunk


class TargetStore:
    """Read and write chunks of targets."""

    def __init__(
        self, client: DynamoDBClient, table: str, jobs_table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._jobs_table = jobs_table
        self._sleep = sleep

    def create(self, chunk: Chunk, expires: int) -> bool:
        """Write a chunk's sites; return False if the chunk exists, as a second scan finds it."""
        item = to_item(chunk) | {"expires": encode(expires)}
        return write_if(self._client.put_item, TableName=self._table, Item=item, **expressions(NEW))

    def get(self, job_id: str, number: int) -> Chunk | None:
        """Return the chunk as its latest write left it."""
        answer = self._client.get_item(TableName=self._table, Key=_key(job_id, number), ConsistentRead=True)
        return from_item(Chunk, answer["Item"]) if "Item" in answer else None

    def chunks(self, job_id: str, start: int = 0, stop: int | None = None) -> Iterator[Chunk]:
        """Yield the job's chunks `start` to `stop` (exclusive) in order."""
        request = key_condition(
            "#jobId = :job AND #number BETWEEN :start AND :last",
            job=job_id,
            start=start,
            last=MAX_NUMBER if stop is None else stop - 1,
        )
        items = pages(self._client.query, TableName=self._table, ConsistentRead=True, **request)
        for item in items:
            yield from_item(Chunk, item)

    def delete(self, job_id: str) -> None:
        """Delete all chunks of a job."""
        request = key_condition("#jobId = :job AND #number >= :first", job=job_id, first=0)
        found = pages(
            self._client.query,
            TableName=self._table,
            ConsistentRead=True,
            ProjectionExpression="#jobId, #number",
            **request,
        )
        keys = [{name: item[name] for name in ("jobId", "number")} for item in found]
        delete_all(self._client, self._table, keys)

    def save_consensus(self, chunk: Chunk, results: Sequence[Efficiency], now: float) -> bool:
        """Write a chunk's efficiencies and count its guides; return False if that was done or the job failed."""
        return self._save(chunk, Stage.CONSENSUS, now, consensus=tuple(results))

    def save_off_target(
        self, chunk: Chunk, results: Sequence[Specificity], now: float, loci: Sequence[Locus] | None = None
    ) -> bool:
        """Write a chunk's specificities and count its guides; return False if that was done or the job failed.

        `loci` are those of the guides, where the genome is annotated.
        """
        known = tuple(loci or [UNKNOWN] * len(results))
        assert len(known) == len(results)
        return self._save(chunk, Stage.OFF_TARGET, now, off_target=tuple(results), loci=known)

    def _save(self, chunk: Chunk, stage: Stage, now: float, **results: object) -> bool:
        result = {
            "TableName": self._table,
            "Key": _key(chunk.job_id, chunk.number),
            **expressions(
                f"{EXISTS} AND {NOT_SCORED.format(stage=attribute_name(stage))}",
                update=Update(set=attributes(Chunk, **results)),
            ),
        }
        count = Update(
            set=attributes(Job, updated=now), add=attributes(Job, **{f"{stage}_done": len(chunk.sites)})
        )
        counter = {
            "TableName": self._jobs_table,
            "Key": attributes(Job, job_id=chunk.job_id),
            **expressions(JOB_OPEN, update=count),
        }
        return transact(self._client, [{"Update": result}, {"Update": counter}], self._sleep)


def _key(job_id: str, number: int) -> dict[str, Any]:
    return attributes(Chunk, job_id=job_id, number=number)
