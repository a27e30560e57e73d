"""The Targets table: one item a chunk of sites, and the results of its two scorings, each written once.

A result and the job's counter change in one transaction: the counter is exact however often a message comes.
"""

from __future__ import annotations

import json
import random
import time
import zlib
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import ClientError

from crackling.annotation import UNKNOWN, Locus
from crackling.efficiency import Efficiency
from crackling.guides.sites import Site
from crackling.specificity import Specificity
from crackling_aws.models.chunks import Chunk, QuerySite, Stage
from crackling_aws.stores.dynamo import (
    cancellation_codes,
    decode_item,
    encode,
    encode_item,
    expressions,
    pages,
    write_if,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")
NEW = "attribute_not_exists(#jobId)"
EXISTS = "attribute_exists(#jobId)"
JOB_OPEN = "attribute_exists(#jobId) AND attribute_not_exists(#failure)"
NOT_SCORED = "attribute_not_exists(#{stage})"
# Chunks of one job finish together and contend for its counter. Patience here is cheaper than a redelivery.
CONFLICT_TRIES = 10
CONFLICT_PAUSE = 0.05


class TargetStore:
    """Chunks of targets by job and number."""

    def __init__(
        self, client: DynamoDBClient, table: str, jobs_table: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table = table
        self._jobs_table = jobs_table
        self._sleep = sleep

    def create(self, chunk: Chunk, expires: int) -> bool:
        """Write a chunk's sites; False if the chunk is there, as a second scan finds it."""
        item = {
            **_key(chunk.job_id, chunk.number),
            **encode_item(first=chunk.first, guides=len(chunk.sites), expires=expires),
            "sites": encode(_pack([_site_row(query) for query in chunk.sites])),
        }
        return write_if(self._client.put_item, TableName=self._table, Item=item, **expressions(condition=NEW))

    def get(self, job_id: str, number: int) -> Chunk | None:
        """The chunk as its latest write left it."""
        answer = self._client.get_item(TableName=self._table, Key=_key(job_id, number), ConsistentRead=True)
        return _chunk(answer["Item"]) if "Item" in answer else None

    def chunks(self, job_id: str, start: int = 0, stop: int | None = None) -> Iterator[Chunk]:
        """The job's chunks `start` to `stop` (exclusive) in order."""
        condition = "jobId = :job AND chunk BETWEEN :start AND :last"
        values = encode_item(job=job_id, start=start, last=10**9 if stop is None else stop - 1)
        items = pages(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
            ConsistentRead=True,
        )
        yield from map(_chunk, items)

    def save_on_target(self, chunk: Chunk, results: Sequence[Efficiency], now: float) -> bool:
        """Write a chunk's efficiencies and count its guides; False if that was done or the job failed."""
        return self._save(chunk, Stage.ON_TARGET, _pack([_efficiency_row(result) for result in results]), now)

    def save_off_target(
        self, chunk: Chunk, results: Sequence[Specificity], now: float, loci: Sequence[Locus] | None = None
    ) -> bool:
        """Write a chunk's specificities and count its guides; False if that was done or the job failed.

        `loci` are the guides' own, where the genome is annotated.
        """
        places = loci or [UNKNOWN] * len(results)
        rows = [
            [result.mit, result.cfd, result.counts, locus.gene, locus.feature]
            for result, locus in zip(results, places, strict=True)
        ]
        return self._save(chunk, Stage.OFF_TARGET, _pack(rows), now)

    def _save(self, chunk: Chunk, stage: Stage, results: bytes, now: float) -> bool:
        result = {
            "TableName": self._table,
            "Key": _key(chunk.job_id, chunk.number),
            **expressions(
                update=f"SET #{stage} = :results",
                condition=f"{EXISTS} AND {NOT_SCORED.format(stage=stage)}",
                results=results,
            ),
        }
        counter = {
            "TableName": self._jobs_table,
            "Key": encode_item(jobId=chunk.job_id),
            **expressions(
                update=f"SET #updated = :now ADD #{stage} :guides",
                condition=JOB_OPEN,
                now=now,
                guides=len(chunk.sites),
            ),
        }
        return self._transact([{"Update": result}, {"Update": counter}])

    def _transact(self, writes: list[Any]) -> bool:
        tries = CONFLICT_TRIES
        while True:
            try:
                self._client.transact_write_items(TransactItems=writes)
            except ClientError as error:
                codes = cancellation_codes(error)
                if "ConditionalCheckFailed" in codes:
                    return False
                tries -= 1
                if "TransactionConflict" not in codes or not tries:
                    raise
                self._sleep(CONFLICT_PAUSE * (CONFLICT_TRIES - tries) * random.random())
            else:
                return True


def _key(job_id: str, number: int) -> dict[str, Any]:
    return encode_item(jobId=job_id, chunk=number)


def _pack(rows: list[Any]) -> bytes:
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode(), level=6)


def _unpack(packed: Any) -> list[Any]:  # noqa: ANN401 - bytes, or boto3's wrapper of them
    rows: list[Any] = json.loads(zlib.decompress(bytes(packed)))
    return rows


def _site_row(query: QuerySite) -> list[Any]:
    site = query.site
    return [site.contig, site.start, site.end, site.strand, site.guide, site.pam, query.repeated]


def _efficiency_row(result: Efficiency) -> list[Any]:
    verdicts = [result.chopchop, result.mm10db, result.sgrnascorer2, result.sgrnascorer2_score]
    return [*verdicts, result.structure, result.energy]


def _chunk(item: dict[str, Any]) -> Chunk:
    facts = decode_item(item)
    return Chunk(
        job_id=facts["jobId"],
        number=facts["chunk"],
        first=facts["first"],
        sites=tuple(QuerySite(Site(*row[:-1]), row[-1]) for row in _unpack(facts["sites"])),
        on_target=_results(facts, Stage.ON_TARGET, Efficiency),
        off_target=_results(facts, Stage.OFF_TARGET, _specificity),
        loci=_results(facts, Stage.OFF_TARGET, _locus) or (),
    )


def _results(facts: dict[str, Any], stage: Stage, make: Callable[..., T]) -> tuple[T, ...] | None:
    return tuple(make(*row) for row in _unpack(facts[stage])) if stage in facts else None


def _specificity(mit: float, cfd: float, counts: list[int], *_locus: str | None) -> Specificity:
    return Specificity(mit, cfd, tuple(counts))


def _locus(_mit: float, _cfd: float, _counts: list[int], gene: str | None, feature: str | None) -> Locus:
    return Locus(gene, feature)
