"""Delete and replace genomes, and keep what they were for the jobs that are pinned to them.

When a genome in use is deleted or prepared anew, the facts of its preparation move to an item of their own, in one transaction,
and stay until the last job that is pinned to it has expired.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from crackling_aws.codec import from_item, to_item
from crackling_aws.models.genomes import Genome
from crackling_aws.stores.dynamo import expressions, filters, pages, transact, write_if
from crackling_aws.stores.genome_items import RETIRED, key_of, names_of_items, read_item

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.codec import Item, Value
    from crackling_aws.stores.dynamo import Update

UNUSED = "attribute_not_exists(#usedUntil)"
USED = "#claim = :retired AND #usedUntil = :until"


class Retirement:
    """Retire genomes in use, and read and remove retired preparations."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def delete(self, genome: Genome) -> bool:
        """Delete a genome as it was read, and retire its preparation if jobs use it; return False if it has changed."""
        key = {"Key": key_of(genome.genome_id)}
        return self.replace(genome, "Delete", key, "#state = :state", {"state": genome.state})

    def replace(
        self,
        genome: Genome | None,
        verb: Literal["Put", "Update", "Delete"],
        target: Item,
        condition: str,
        given: Mapping[str, Value],
        update: Update | None = None,
    ) -> bool:
        """Replace a genome as it was read, and retire its preparation if jobs use it.

        Return False if the condition does not hold, or the genome is used differently from what was read: a job may be pinned
        at any time.
        """
        if genome is None or genome.used_until is None:
            request = expressions(f"{condition} AND {UNUSED}", given, update=update)
            writes: dict[str, Callable[..., object]] = {
                "Put": self._client.put_item,
                "Update": self._client.update_item,
                "Delete": self._client.delete_item,
            }
            return write_if(writes[verb], TableName=self._table, **target, **request)
        used: dict[str, Value] = {"retired": genome.claim, "until": genome.used_until}
        request = expressions(f"{condition} AND {USED}", {**given, **used}, update=update)
        key = key_of(genome.genome_id, f"{RETIRED}{genome.claim}")
        kept = {"TableName": self._table, "Item": to_item(replace(genome, retired=True)) | key}
        replaced = {"TableName": self._table, **target, **request}
        return transact(self._client, [{"Put": kept}, {verb: replaced}])

    def get(self, genome_id: str, claim: str) -> Genome | None:
        """Return a genome as a preparation that is retired made it."""
        return read_item(self._client, self._table, key_of(genome_id, f"{RETIRED}{claim}"))

    def all(self) -> Iterator[Genome]:
        """Yield every retired preparation: a scan of the table."""
        request = filters("begins_with(#item, :retired)", retired=RETIRED)
        for item in pages(self._client.scan, TableName=self._table, ConsistentRead=True, **request):
            yield from_item(Genome, item)

    def claims(self, genome_id: str) -> frozenset[str]:
        """Return the retired preparations of a genome, whose files are still in use."""
        return frozenset(names_of_items(self._client, self._table, genome_id, RETIRED))

    def remove(self, genome_id: str, claim: str) -> None:
        """Delete the item of a retired preparation, once its files are deleted."""
        self._client.delete_item(TableName=self._table, Key=key_of(genome_id, f"{RETIRED}{claim}"))
