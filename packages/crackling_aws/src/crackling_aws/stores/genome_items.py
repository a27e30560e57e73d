"""Name and read the items of the Genomes table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws.codec import attributes, encode, from_item
from crackling_aws.models.genomes import Genome
from crackling_aws.stores.dynamo import key_condition, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient

GENOME_ITEM = "genome"
WAITER = "waiter#"
RETIRED = "preparation#"


def key_of(genome_id: str, item: str = GENOME_ITEM) -> dict[str, Any]:
    """Return the key of an item of a genome."""
    return attributes(Genome, genome_id=genome_id) | {"item": encode(item)}


def read_item(client: DynamoDBClient, table: str, key: dict[str, Any]) -> Genome | None:
    """Return a genome as the latest write of an item left it; None if there is no such item."""
    answer = client.get_item(TableName=table, Key=key, ConsistentRead=True)
    return from_item(Genome, answer["Item"]) if "Item" in answer else None


def names_of_items(client: DynamoDBClient, table: str, genome_id: str, prefix: str) -> Iterator[str]:
    """Yield what follows a prefix in the names of a genome's items."""
    request = key_condition(
        "#genomeId = :genome_id AND begins_with(#item, :prefix)", genome_id=genome_id, prefix=prefix
    )
    for item in pages(client.query, TableName=table, ConsistentRead=True, **request):
        yield item["item"]["S"].removeprefix(prefix)
