"""Store genomes: the Genomes table has one item for each genome, and one item for each job that waits for it.

No waiting job is forgotten: a job writes its waiter before it reads the genome's state, and a preparation writes the state
before it reads the waiters. Therefore the job sees the final state, or the preparation sees the job.

A job is pinned to the preparation that it begins with; stores/retirement.py keeps what deleted genomes were for their jobs.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeGuard

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
from crackling_aws.stores.dynamo import Update, expressions, filters, pages, write_if
from crackling_aws.stores.genome_items import GENOME_ITEM, WAITER, key_of, names_of_items, read_item
from crackling_aws.stores.retirement import Retirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.codec import Value

CLAIMABLE = "attribute_not_exists(#genomeId) OR #state IN (:uploading, :failed)"
MINE = "#owner = :owner"
OWNERLESS_OR_MINE = f"(attribute_not_exists(#owner) OR {MINE})"
_CLAIMABLE_STATES = {"uploading": GenomeState.UPLOADING, "failed": GenomeState.FAILED}
NEW = "attribute_not_exists(#genomeId)"
NOT_WAITING_AGAIN = "attribute_not_exists(#damaged)"
OWNED = "#state = :preparing AND #claim = :claim"
NOT_BEGUN = "attribute_not_exists(#venue)"
IN_USE = "#state = :ready AND #claim = :claim"
USED_FOR_LESS = f"{IN_USE} AND (attribute_not_exists(#usedUntil) OR #usedUntil < :until)"
WHOLE_UNTIL_NOW = f"{IN_USE} AND attribute_not_exists(#damaged)"
DAMAGED_BEFORE = f"{IN_USE} AND attribute_exists(#damaged)"
BOWTIE2_OWNED = "#claim = :claim AND #bowtie2 = :preparing"
# A build whose message was lost may be asked for again.
BOWTIE2_WANTED = (
    "#state = :ready AND #claim = :claim "
    "AND (attribute_not_exists(#bowtie2) OR #bowtie2 = :failed OR (#bowtie2 = :preparing AND #bowtie2Asked < :before))"
)
STALLED = f"{OWNED} AND #updated < :before"
# Fields that describe the genome itself, and fields of the preparation that owns it.
_OF_THE_GENOME = {"genome_id", "name", "owner", "shared", "source", "created"}
_OF_THE_CLAIM = {"state", "claim", "claimed", "parts", "attempts", "updated"}
# Fields of the work on an index, which its repair begins anew.
_OF_A_BUILD = tuple(map(attribute_name, ("venue", "worker", "progress", "attempts", "expected_seconds")))
# All other fields are results of a preparation, so a new claim removes them.
OF_A_PREPARATION = tuple(
    attribute_name(field.name) for field in fields(Genome) if field.name not in _OF_THE_GENOME | _OF_THE_CLAIM
)


def is_ready(genome: Genome | None, claim: str | None = None) -> TypeGuard[Genome]:
    """Return whether jobs can begin with a genome; if `claim` is given, with what that preparation made."""
    if genome is None or genome.state is not GenomeState.READY or genome.claim is None:
        return False
    return claim is None or genome.claim == claim


def was_ready(genome: Genome | None, claim: str) -> TypeGuard[Genome]:
    """Return whether a genome is ready by the preparation `claim`, or was until its index was found damaged."""
    return is_ready(genome, claim) or (
        genome is not None and genome.claim == claim and genome.damaged is not None
    )


class GenomeStore:
    """Read and write genomes and their waiters. Every change is a conditional write."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table
        self.retirement = Retirement(client, table)

    def get(self, genome_id: str) -> Genome | None:
        """Return the genome as its latest write left it."""
        return read_item(self._client, self._table, key_of(genome_id))

    def preparation(self, genome_id: str, claim: str) -> Genome | None:
        """Return a genome as the preparation `claim` made it, current or retired; None if its files are deleted.

        Its index may be damaged; then its state is not ready. A preparation only ever moves from the genome's item to its own,
        so they are read in this order.
        """
        found = self.get(genome_id)
        return found if was_ready(found, claim) else self.retirement.get(genome_id, claim)

    def use(self, genome_id: str, claim: str, until: int) -> bool:
        """Note that a job which expires at `until` uses a preparation.

        Return False if the genome is not ready by that preparation.
        """
        update = Update(set=attributes(Genome, used_until=until))
        if self._update(genome_id, update, USED_FOR_LESS, claim=claim, ready=GenomeState.READY, until=until):
            return True
        found = self.get(genome_id)
        return is_ready(found, claim) and (found.used_until or 0) >= until

    def list(self) -> Iterator[Genome]:
        """Yield every genome: a scan of the table, which is small."""
        request = filters("#item = :kind", kind=GENOME_ITEM)
        for item in pages(self._client.scan, TableName=self._table, ConsistentRead=True, **request):
            yield from_item(Genome, item)

    def expect_upload(
        self,
        genome_id: str,
        name: str | None,
        now: float,
        expires: int,
        owner: str | None = None,
        *,
        shared: bool = False,
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
            shared=shared,
        )
        item = to_item(announced) | key_of(genome_id) | {"expires": encode(expires)}
        mine = "attribute_not_exists(#owner)" if owner is None else OWNERLESS_OR_MINE
        given = _CLAIMABLE_STATES if owner is None else {**_CLAIMABLE_STATES, "owner": owner}
        return self.retirement.replace(
            self.get(genome_id), "Put", {"Item": item}, f"({CLAIMABLE}) AND {mine}", given
        )

    def share(self, genome_id: str, owner: str, *, shared: bool) -> bool:
        """Let others read an owner's genome, or no longer; return False if it is not, or no longer, that owner's."""
        update = Update(set=attributes(Genome, shared=shared))
        return self._update(genome_id, update, MINE, owner=owner)

    def claim(self, genome_id: str, claim: str, source: Source, parts: Iterable[Part], now: float) -> bool:
        """Begin a preparation, owned by the token `claim`; return False if the genome is ready or being prepared.

        One that failed because its index was damaged is retired, if jobs use it.
        """
        update = Update(
            set=attributes(
                Genome, state=GenomeState.PREPARING, claim=claim, source=source, parts=frozenset(parts), updated=now,
                claimed=now,
            ),
            set_if_absent=attributes(Genome, created=now),
            remove=("expires", "attempts", *OF_A_PREPARATION),
        )  # fmt: skip
        key = {"Key": key_of(genome_id)}
        return self.retirement.replace(
            self.get(genome_id), "Update", key, f"({CLAIMABLE})", _CLAIMABLE_STATES, update
        )

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

    def mark_damaged(self, genome_id: str, claim: str, now: float) -> bool:
        """Note that the index of a ready genome is damaged, for the first time: the index is built anew.

        The preparation goes on with its own sequence, which its jobs are pinned to; its stream record begins it.
        Return False if it was found damaged before, or the genome is not ready by `claim`.
        """
        update = Update(
            set=attributes(
                Genome,
                state=GenomeState.PREPARING,
                done=frozenset([Part.FASTA]),
                damaged=now,
                claimed=now,
                updated=now,
            ),
            remove=_OF_A_BUILD,
        )
        return self._update(genome_id, update, WHOLE_UNTIL_NOW, claim=claim, ready=GenomeState.READY)

    def fail_damaged(self, genome_id: str, claim: str, reason: str, now: float) -> bool:
        """Fail a genome whose index is damaged although it was built anew.

        Return False if it was not, or the genome is not ready by `claim`.
        """
        update = Update(set=attributes(Genome, state=GenomeState.FAILED, reason=reason, updated=now))
        return self._update(genome_id, update, DAMAGED_BEFORE, claim=claim, ready=GenomeState.READY)

    def delete(self, genome_id: str) -> bool:
        """Delete the item of a genome, if any; return False if it is being prepared. A preparation that jobs use is retired."""
        while (found := self.get(genome_id)) is not None:
            if found.state is GenomeState.PREPARING:
                return False
            if self.retirement.delete(found):
                break
        return True

    def add_waiter(self, genome_id: str, job_id: str, expires: int) -> None:
        """Note that a job waits for the genome, if it is not noted yet."""
        item = key_of(genome_id, f"{WAITER}{job_id}") | {"expires": encode(expires)}
        write_if(self._client.put_item, TableName=self._table, Item=item, **expressions(NEW))

    def await_repair(self, genome_id: str, job_id: str, expires: int, damaged: float) -> None:
        """Note that a job waits until the index is built anew that was found damaged at a time."""
        item = key_of(genome_id, f"{WAITER}{job_id}") | {
            "expires": encode(expires),
            "damaged": encode(damaged),
        }
        self._client.put_item(TableName=self._table, Item=item)

    def remove_waiter(self, genome_id: str, job_id: str) -> None:
        """Note that a job no longer waits for the genome."""
        self._client.delete_item(TableName=self._table, Key=key_of(genome_id, f"{WAITER}{job_id}"))

    def release_waiter(self, genome_id: str, job_id: str, damaged: float | None) -> bool:
        """Note that a job goes on with the genome, whose index was found damaged at a time, or never.

        Return False if the job waits again, because the index was found damaged since.
        """
        request = (
            expressions(NOT_WAITING_AGAIN)
            if damaged is None
            else expressions(f"({NOT_WAITING_AGAIN} OR #damaged = :damaged)", {"damaged": damaged})
        )
        key = key_of(genome_id, f"{WAITER}{job_id}")
        return write_if(self._client.delete_item, TableName=self._table, Key=key, **request)

    def waiters(self, genome_id: str) -> Iterator[str]:
        """Yield the ids of the jobs that wait for the genome, as the latest writes left them."""
        yield from names_of_items(self._client, self._table, genome_id, WAITER)

    def awaited(self) -> frozenset[str]:
        """Return the ids of all genomes that jobs wait for: a scan of the table."""
        request = filters("begins_with(#item, :waiter)", waiter=WAITER)
        items = pages(self._client.scan, TableName=self._table, ConsistentRead=True, **request)
        return frozenset(item["genomeId"]["S"] for item in items)

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
        return write_if(self._client.update_item, TableName=self._table, Key=key_of(genome_id), **request)
