"""Store genomes: the Genomes table has one item for each genome, and one item for each job that waits for it.

No waiting job is forgotten: a job writes its waiter before it reads the genome's state, and a preparation writes the state
before it reads the waiters. Therefore the job sees the final state, or the preparation sees the job.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from crackling_aws.codec import attribute_name, attributes, encode, from_item, to_item
from crackling_aws.models.genomes import (
    Bowtie2State,
    Genome,
    GenomeState,
    IndexFile,
    Part,
    Progress,
    Source,
    Venue,
)
from crackling_aws.stores.dynamo import Update, expressions, filters, key_condition, pages, write_if

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.codec import Value

GENOME_ITEM = "genome"
WAITER = "waiter#"
CLAIMABLE = "attribute_not_exists(#genomeId) OR #state IN (:uploading, :failed)"
OWNERLESS_OR_MINE = "(attribute_not_exists(#owner) OR #owner = :owner)"
_CLAIMABLE_STATES = {"uploading": GenomeState.UPLOADING, "failed": GenomeState.FAILED}
OWNED = "#state = :preparing AND #claim = :claim"
NOT_BEGUN = "attribute_not_exists(#venue)"
NOT_PREPARING = "attribute_not_exists(#genomeId) OR #state <> :preparing"
BOWTIE2_OWNED = "#state = :ready AND #claim = :claim AND #bowtie2 = :preparing"
# A build whose message was lost may be asked for again.
BOWTIE2_WANTED = (
    "#state = :ready AND #claim = :claim "
    "AND (attribute_not_exists(#bowtie2) OR #bowtie2 = :failed OR (#bowtie2 = :preparing AND #bowtie2Asked < :before))"
)
STALLED = f"{OWNED} AND #updated < :before"
# Fields that describe the genome itself, and fields of the preparation that owns it.
_OF_THE_GENOME = {"genome_id", "name", "owner", "source", "created"}
_OF_THE_CLAIM = {"state", "claim", "claimed", "parts", "attempts", "updated"}
# All other fields are results of a preparation, so a new claim removes them.
OF_A_PREPARATION = tuple(
    attribute_name(field.name) for field in fields(Genome) if field.name not in _OF_THE_GENOME | _OF_THE_CLAIM
)


class GenomeStore:
    """Read and write genomes and their waiters. Every change is a conditional write."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, genome_id: str) -> Genome | None:
        """Return the genome as its latest write left it."""
        answer = self._client.get_item(TableName=self._table, Key=_key(genome_id), ConsistentRead=True)
        return from_item(Genome, answer["Item"]) if "Item" in answer else None

    def list(self) -> Iterator[Genome]:
        """Yield every genome: a scan of the table, which is small."""
        request = filters("#item = :kind", kind=GENOME_ITEM)
        for item in pages(self._client.scan, TableName=self._table, ConsistentRead=True, **request):
            yield from_item(Genome, item)

    def expect_upload(
        self, genome_id: str, name: str | None, now: float, expires: int, owner: str | None = None
    ) -> bool:
        """Announce an upload; unclaimed, it expires.

        Return False if the genome is ready or being prepared, or if it is another owner's.
        """
        announced = Genome(
            genome_id=genome_id,
            state=GenomeState.UPLOADING,
            source=Source.UPLOAD,
            created=now,
            updated=now,
            name=name,
            owner=owner,
        )
        item = to_item(announced) | _key(genome_id) | {"expires": encode(expires)}
        mine = "attribute_not_exists(#owner)" if owner is None else OWNERLESS_OR_MINE
        given = _CLAIMABLE_STATES if owner is None else {**_CLAIMABLE_STATES, "owner": owner}
        request = expressions(f"({CLAIMABLE}) AND {mine}", given)
        return write_if(self._client.put_item, TableName=self._table, Item=item, **request)

    def claim(self, genome_id: str, claim: str, source: Source, parts: Iterable[Part], now: float) -> bool:
        """Begin a preparation, owned by the token `claim`; return False if the genome is ready or being prepared."""
        update = Update(
            set=attributes(
                Genome, state=GenomeState.PREPARING, claim=claim, source=source, parts=frozenset(parts), updated=now,
                claimed=now,
            ),
            set_if_absent=attributes(Genome, created=now),
            remove=("expires", "attempts", *OF_A_PREPARATION),
        )  # fmt: skip
        return self._update(genome_id, update, CLAIMABLE, **_CLAIMABLE_STATES)

    def begun(
        self,
        genome_id: str,
        claim: str,
        venue: Venue,
        expected_bases: int,
        expected_seconds: float,
        organism: str | None,
        now: float,
    ) -> bool:
        """Note where the genome is prepared and what is known of it.

        Return False if that is known already, or `claim` no longer owns the genome.
        """
        return self._owned(
            genome_id, claim, f"{OWNED} AND {NOT_BEGUN}", venue=venue, expected_bases=expected_bases,
            expected_seconds=round(expected_seconds), organism=organism, updated=now,
        )  # fmt: skip

    def nudge(self, genome_id: str, claim: str, now: float) -> bool:
        """Touch a preparation that has not begun: the item's stream wakes whoever begins it once more."""
        return self._owned(genome_id, claim, f"{OWNED} AND {NOT_BEGUN}", updated=now)

    def retry(self, genome_id: str, claim: str, successor: str, before: float, now: float) -> bool:
        """Hand a preparation that made no progress since `before` to a new claim; its waiters stay.

        Return False if it is over, made progress, or was handed over already.
        """
        update = Update(
            set=attributes(Genome, claim=successor, claimed=now, updated=now),
            add=attributes(Genome, attempts=1),
            remove=OF_A_PREPARATION,
        )
        return self._update(
            genome_id, update, STALLED, claim=claim, preparing=GenomeState.PREPARING, before=before
        )

    def launched(self, genome_id: str, claim: str, instance_id: str, now: float) -> bool:
        """Note which instance prepares the genome; return False if `claim` no longer owns it."""
        return self._owned(genome_id, claim, worker=instance_id, updated=now)

    def progress(self, genome_id: str, claim: str, progress: Progress, now: float) -> bool:
        """Note how far a step is, and that its worker lives; return False if `claim` no longer owns the genome."""
        return self._owned(genome_id, claim, progress=progress, updated=now)

    def fasta_done(self, genome_id: str, claim: str, contigs: int, bases: int, now: float) -> bool:
        """Note that the sequence is in place; return False if `claim` no longer owns the genome."""
        return self._done(genome_id, claim, Part.FASTA, contigs=contigs, bases=bases, updated=now)

    def annotation_done(self, genome_id: str, claim: str, now: float) -> bool:
        """Note that the annotation is in place; return False if `claim` no longer owns the genome."""
        return self._owned(genome_id, claim, annotated=True, updated=now)

    def ask_for_bowtie2(self, genome_id: str, claim: str, before: float, now: float) -> bool:
        """Note that somebody asks for the bowtie2 index of a ready genome.

        Return False if it is there, has been asked for since `before`, or the genome has been replaced.
        """
        update = Update(set=attributes(Genome, bowtie2=Bowtie2State.PREPARING, bowtie2_asked=now))
        return self._update(
            genome_id,
            update,
            BOWTIE2_WANTED,
            claim=claim,
            ready=GenomeState.READY,
            failed=Bowtie2State.FAILED,
            preparing=Bowtie2State.PREPARING,
            before=before,
        )

    def end_bowtie2(self, genome_id: str, claim: str, state: Bowtie2State) -> bool:
        """Note how the build of the bowtie2 index ended; return False if it is not under way."""
        return self._update(
            genome_id,
            Update(set=attributes(Genome, bowtie2=state)),
            BOWTIE2_OWNED,
            claim=claim,
            ready=GenomeState.READY,
            preparing=Bowtie2State.PREPARING,
        )

    def issl_done(self, genome_id: str, claim: str, files: Iterable[IndexFile], now: float) -> bool:
        """Note that the index's shards are in place; return False if `claim` no longer owns the genome."""
        return self._done(genome_id, claim, Part.ISSL, files=tuple(files), updated=now)

    def mark_ready(self, genome_id: str, claim: str, now: float) -> bool:
        """End the preparation well; return False if `claim` no longer owns the genome."""
        return self._owned(genome_id, claim, state=GenomeState.READY, updated=now)

    def mark_failed(self, genome_id: str, claim: str, reason: str, now: float) -> bool:
        """End the preparation with a reason; return False if `claim` no longer owns the genome."""
        return self._owned(genome_id, claim, state=GenomeState.FAILED, reason=reason, updated=now)

    def fail_stalled(self, genome_id: str, claim: str, reason: str, before: float, now: float) -> bool:
        """End a preparation with a reason; return False if it is over or made progress since `before`."""
        update = Update(set=attributes(Genome, state=GenomeState.FAILED, reason=reason, updated=now))
        return self._update(
            genome_id, update, STALLED, claim=claim, preparing=GenomeState.PREPARING, before=before
        )

    def delete(self, genome_id: str) -> bool:
        """Forget a genome, known or not; return False if it is being prepared."""
        request = expressions(NOT_PREPARING, {"preparing": GenomeState.PREPARING})
        return write_if(self._client.delete_item, TableName=self._table, Key=_key(genome_id), **request)

    def add_waiter(self, genome_id: str, job_id: str, expires: int) -> None:
        """Note that a job waits for the genome."""
        item = _key(genome_id, f"{WAITER}{job_id}") | {"expires": encode(expires)}
        self._client.put_item(TableName=self._table, Item=item)

    def remove_waiter(self, genome_id: str, job_id: str) -> None:
        """Note that a job no longer waits for the genome."""
        self._client.delete_item(TableName=self._table, Key=_key(genome_id, f"{WAITER}{job_id}"))

    def waiters(self, genome_id: str) -> Iterator[str]:
        """Yield the ids of the jobs that wait for the genome, as the latest writes left them."""
        request = key_condition(
            "#genomeId = :genome_id AND begins_with(#item, :waiter)", genome_id=genome_id, waiter=WAITER
        )
        for item in pages(self._client.query, TableName=self._table, ConsistentRead=True, **request):
            yield item["item"]["S"].removeprefix(WAITER)

    def _done(self, genome_id: str, claim: str, part: Part, **fields: object) -> bool:
        """Set fields, and note that a part is done."""
        update = Update(set=attributes(Genome, **fields), add=attributes(Genome, done=frozenset([part])))
        return self._update(genome_id, update, OWNED, claim=claim, preparing=GenomeState.PREPARING)

    def _owned(self, genome_id: str, claim: str, condition: str | None = None, **fields: object) -> bool:
        """Set fields of a genome that `claim` owns."""
        update = Update(set=attributes(Genome, **fields))
        return self._update(
            genome_id, update, condition or OWNED, claim=claim, preparing=GenomeState.PREPARING
        )

    def _update(self, genome_id: str, update: Update, condition: str, **values: Value) -> bool:
        request = expressions(condition, values, update=update)
        return write_if(self._client.update_item, TableName=self._table, Key=_key(genome_id), **request)


def _key(genome_id: str, item: str = GENOME_ITEM) -> dict[str, Any]:
    return attributes(Genome, genome_id=genome_id) | {"item": encode(item)}
