"""Emulate DynamoDB's transactions.

Gap: moto copies every table of a transaction, and puts the copies in place when the transaction is cancelled. Readers of
a table's stream then continue in a table that nobody writes to any more, and each transaction takes longer the
more its tables hold. Here only the items that the transaction names are saved and restored.
"""

from __future__ import annotations

import copy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamShard, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moto.dynamodb.models.dynamo_type import DynamoType, Item


class _Before:
    """The state before a transaction: the items that it names, and the streams of their tables."""

    def __init__(self, backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        self._items = [
            (table, *keys, copy.deepcopy(table.get_item(*keys)))
            for table, keys in _named(backend, transact_items)
        ]
        shards = {id(table): table.stream_shard for table, *_ in self._items}
        self._shards: list[tuple[StreamShard, int]] = [
            (one, len(one.items)) for one in shards.values() if one
        ]

    def restore(self) -> None:
        for table, hash_key, range_key, item in self._items:
            _put(table, hash_key, range_key, item)
        for shard, length in self._shards:
            del shard.items[length:]


def _named(
    backend: DynamoDBBackend, transact_items: list[dict[str, Any]]
) -> Iterator[tuple[Table, tuple[DynamoType, DynamoType | None]]]:
    """Yield the table and keys of each operation; moto itself reports malformed ones."""
    for operations in transact_items:
        for details in operations.values():
            table = backend.tables.get(details.get("TableName", ""))
            key = details.get("Key") or details.get("Item") or {}
            if table and all(name in key for name in (table.hash_key_attr, table.range_key_attr) if name):
                named = {name: key[name] for name in (table.hash_key_attr, table.range_key_attr) if name}
                yield table, backend.get_keys_value(table, named)


def _put(table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
    items: dict[Any, Any] = table.items[hash_key] if range_key else table.items
    key = range_key or hash_key
    if item is None:
        items.pop(key, None)
    else:
        items[key] = item


def _deepcopy(value: Any) -> Any:  # noqa: ANN401
    return value if isinstance(value, Table) else copy.deepcopy(value)


def install() -> None:
    original = DynamoDBBackend.transact_write_items

    def patched(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        before = _Before(self, transact_items)
        try:
            original(self, transact_items)
        except Exception:
            before.restore()
            raise

    DynamoDBBackend.transact_write_items = patched  # type: ignore[method-assign]
    setattr(models, "copy", SimpleNamespace(deepcopy=_deepcopy))  # noqa: B010 - what moto itself calls
