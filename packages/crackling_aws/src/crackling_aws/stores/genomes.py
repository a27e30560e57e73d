"""The Genomes table: one item a genome, and beside it one item a job that waits for it.

No wake-up is lost: a job's waiter is written before the genome's state is read, and the state is written
before the waiters are read; so the job sees the final state, or whoever wrote that sees the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws.models.genomes import Genome, GenomeState, IndexFile, Part, Place, Progress, Source
from crackling_aws.stores.dynamo import decode_item, encode_item, expressions, filters, pages, write_if

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.stores.dynamo import Value

GENOME_ITEM = "genome"
WAITER = "waiter#"
CLAIMABLE = "attribute_not_exists(#genome) OR #state IN (:uploading, :failed)"
OWNED = "#state = :preparing AND #claim = :claim"
NOT_BEGUN = "attribute_not_exists(#place)"
NOT_PREPARING = "attribute_not_exists(#genome) OR #state <> :preparing"
STALLED = f"{OWNED} AND #updated < :before"
OF_A_PREPARATION = (
    "#done, #files, #place, #worker, #progress, #organism, #expectedBases, #expectedSeconds, #contigs, #bases,"
    " #annotated"
)


class GenomeStore:
    """Genomes by id, and their waiters."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, genome: str) -> Genome | None:
        """The genome as its latest write left it."""
        answer = self._client.get_item(TableName=self._table, Key=_key(genome), ConsistentRead=True)
        return _genome(answer["Item"]) if "Item" in answer else None

    def list(self) -> Iterator[Genome]:
        """Every genome: a scan of the table, which is small."""
        request = filters("#item = :kind", kind=GENOME_ITEM)
        items = pages(self._client.scan, TableName=self._table, ConsistentRead=True, **request)
        yield from map(_genome, items)

    def expect_upload(self, genome: str, name: str | None, now: float, expires: int) -> bool:
        """Announce an upload; unclaimed, it expires. False if the genome is ready or being prepared."""
        item = encode_item(
            genome=genome, item=GENOME_ITEM, state=GenomeState.UPLOADING, source=Source.UPLOAD, name=name,
            created=now, updated=now, expires=expires,
        )  # fmt: skip
        values = {"uploading": GenomeState.UPLOADING, "failed": GenomeState.FAILED}
        request = expressions(condition=CLAIMABLE, **values)
        return write_if(self._client.put_item, TableName=self._table, Item=item, **request)

    def claim(self, genome: str, claim: str, source: Source, parts: Iterable[Part], now: float) -> bool:
        """Begin a preparation, owned by the token `claim`; False if the genome is ready or being prepared."""
        return self._update(
            genome,
            "SET #state = :preparing, #claim = :claim, #source = :source, #parts = :parts, #updated = :now,"
            " #claimed = :now, #created = if_not_exists(#created, :now)"
            f" REMOVE #reason, #expires, #attempts, {OF_A_PREPARATION}",
            CLAIMABLE,
            preparing=GenomeState.PREPARING, claim=claim, source=source, parts=frozenset(parts), now=now,
            uploading=GenomeState.UPLOADING, failed=GenomeState.FAILED,
        )  # fmt: skip

    def begun(
        self,
        genome: str,
        claim: str,
        place: Place,
        expected_bases: int,
        expected_seconds: float,
        organism: str | None,
        now: float,
    ) -> bool:
        """Note where the genome is prepared and what is known of it; False if that is known, or on a stale claim."""
        update = "SET #place = :place, #expectedBases = :bases, #expectedSeconds = :seconds, #updated = :now"
        seconds = round(expected_seconds)
        values: dict[str, Value] = {"place": place, "bases": expected_bases, "seconds": seconds, "now": now}
        if organism is not None:
            update += ", #organism = :organism"
            values["organism"] = organism
        owned: dict[str, Value] = {"claim": claim, "preparing": GenomeState.PREPARING}
        return self._update(genome, update, f"{OWNED} AND {NOT_BEGUN}", **owned, **values)

    def nudge(self, genome: str, claim: str, now: float) -> bool:
        """Touch a preparation that has not begun: the item's stream tells whoever begins it once more."""
        return self._update(
            genome, "SET #updated = :now", f"{OWNED} AND {NOT_BEGUN}",
            claim=claim, preparing=GenomeState.PREPARING, now=now,
        )  # fmt: skip

    def retry(self, genome: str, claim: str, successor: str, before: float, now: float) -> bool:
        """Hand a preparation that stood still since `before` to a new claim; its waiters stay.

        False if it is over, moved on, or was handed over already.
        """
        return self._update(
            genome,
            "SET #claim = :successor, #claimed = :now, #updated = :now ADD #attempts :one"
            f" REMOVE {OF_A_PREPARATION}",
            STALLED,
            claim=claim, preparing=GenomeState.PREPARING, successor=successor, before=before, now=now, one=1,
        )  # fmt: skip

    def launched(self, genome: str, claim: str, instance_id: str, now: float) -> bool:
        """Note which instance prepares the genome; False if `claim` no longer owns it."""
        update = "SET #worker = :worker, #updated = :now"
        return self._owned(genome, claim, update, worker=instance_id, now=now)

    def progress(self, genome: str, claim: str, progress: Progress, now: float) -> bool:
        """Note how far a step has come, and that its worker lives; False if `claim` no longer owns the genome."""
        packed = (progress.part, progress.done, progress.total)
        return self._owned(
            genome, claim, "SET #progress = :progress, #updated = :now", progress=packed, now=now
        )

    def fasta_done(self, genome: str, claim: str, contigs: int, bases: int, now: float) -> bool:
        """Note that the sequence is in place; False if `claim` no longer owns the genome."""
        update = "ADD #done :part SET #contigs = :contigs, #bases = :bases, #updated = :now"
        return self._owned(
            genome, claim, update, part=frozenset([Part.FASTA]), contigs=contigs, bases=bases, now=now
        )

    def genes_done(self, genome: str, claim: str, now: float) -> bool:
        """Note that the annotation is in place; False if `claim` no longer owns the genome."""
        return self._owned(genome, claim, "SET #annotated = :yes, #updated = :now", yes=True, now=now)

    def bowtie2_done(self, genome: str, claim: str, now: float) -> bool:
        """Note that the bowtie2 index is in place; False if `claim` no longer owns the genome."""
        update = "ADD #done :part SET #updated = :now"
        return self._owned(genome, claim, update, part=frozenset([Part.BOWTIE2]), now=now)

    def issl_done(self, genome: str, claim: str, files: Iterable[IndexFile], now: float) -> bool:
        """Note that the index's shards are in place; False if `claim` no longer owns the genome."""
        update = "ADD #done :part SET #files = :files, #updated = :now"
        packed = tuple((file.key, file.bytes) for file in files)
        return self._owned(genome, claim, update, part=frozenset([Part.ISSL]), files=packed, now=now)

    def mark_ready(self, genome: str, claim: str, now: float) -> bool:
        """End the preparation well; False if `claim` no longer owns the genome."""
        return self._owned(
            genome, claim, "SET #state = :ready, #updated = :now", ready=GenomeState.READY, now=now
        )

    def mark_failed(self, genome: str, claim: str, reason: str, now: float) -> bool:
        """End the preparation with a reason; False if `claim` no longer owns the genome."""
        update = "SET #state = :failed, #reason = :reason, #updated = :now"
        return self._owned(genome, claim, update, failed=GenomeState.FAILED, reason=reason, now=now)

    def fail_stalled(self, genome: str, claim: str, reason: str, before: float, now: float) -> bool:
        """End a preparation with a reason, unless it is over or moved on since `before`."""
        return self._update(
            genome, "SET #state = :failed, #reason = :reason, #updated = :now", STALLED,
            preparing=GenomeState.PREPARING, claim=claim, failed=GenomeState.FAILED, reason=reason,
            before=before, now=now,
        )  # fmt: skip

    def delete(self, genome: str) -> bool:
        """Forget a genome, known or not; False if it is being prepared."""
        request = expressions(condition=NOT_PREPARING, preparing=GenomeState.PREPARING)
        return write_if(self._client.delete_item, TableName=self._table, Key=_key(genome), **request)

    def add_waiter(self, genome: str, job_id: str, expires: int) -> None:
        item = encode_item(genome=genome, item=f"{WAITER}{job_id}", expires=expires)
        self._client.put_item(TableName=self._table, Item=item)

    def remove_waiter(self, genome: str, job_id: str) -> None:
        self._client.delete_item(TableName=self._table, Key=_key(genome, f"{WAITER}{job_id}"))

    def waiters(self, genome: str) -> Iterator[str]:
        """The ids of the jobs that wait for the genome, as the latest writes left them."""
        items = pages(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="genome = :genome AND begins_with(#item, :waiter)",
            ExpressionAttributeNames={"#item": "item"},
            ExpressionAttributeValues={":genome": {"S": genome}, ":waiter": {"S": WAITER}},
            ConsistentRead=True,
        )
        for item in items:
            yield item["item"]["S"].removeprefix(WAITER)

    def _owned(self, genome: str, claim: str, update: str, **values: Value) -> bool:
        return self._update(genome, update, OWNED, claim=claim, preparing=GenomeState.PREPARING, **values)

    def _update(self, genome: str, update: str, condition: str, **values: Value) -> bool:
        request = expressions(update=update, condition=condition, **values)
        return write_if(self._client.update_item, TableName=self._table, Key=_key(genome), **request)


def _key(genome: str, item: str = GENOME_ITEM) -> dict[str, Any]:
    return encode_item(genome=genome, item=item)


def _genome(item: dict[str, Any]) -> Genome:
    facts = decode_item(item)
    return Genome(
        genome=facts["genome"],
        state=GenomeState(facts["state"]),
        source=Source(facts["source"]),
        created=facts["created"],
        updated=facts["updated"],
        name=facts.get("name"),
        claim=facts.get("claim"),
        parts=frozenset(map(Part, facts.get("parts", ()))),
        done=frozenset(map(Part, facts.get("done", ()))),
        claimed=facts.get("claimed"),
        attempts=facts.get("attempts", 0),
        place=Place(facts["place"]) if "place" in facts else None,
        worker=facts.get("worker"),
        progress=_progress(facts["progress"]) if "progress" in facts else None,
        organism=facts.get("organism"),
        expected_bases=facts.get("expectedBases"),
        expected_seconds=facts.get("expectedSeconds"),
        contigs=facts.get("contigs"),
        bases=facts.get("bases"),
        annotated=facts.get("annotated", False),
        files=tuple(IndexFile(*file) for file in facts.get("files", ())),
        reason=facts.get("reason"),
    )


def _progress(packed: tuple[str, int, int]) -> Progress:
    part, done, total = packed
    return Progress(Part(part), done, total)
