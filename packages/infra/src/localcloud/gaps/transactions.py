"""DynamoDB's transactions.

Gap: before each one moto copies every table that it touches, so that a job's time grows with the square of its size. A
cancelled one puts the copies in the tables' place, and whoever reads the old table's stream never hears of a write again.
"""

from __future__ import annotations

import copy
from typing import Any, cast

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table


def keep_tables() -> None:
    """Remember the items that a transaction names, instead of all tables."""
    original = DynamoDBBackend.transact_write_items

    def patched(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        before = [_Before(self, operation) for item in transact_items for operation in item.values()]
        try:
            original(_WithoutTables(self), transact_items)  # type: ignore[arg-type]
        except Exception:
            # The last first: only the first to touch a table knows how long its stream was.
            for one in reversed(before):
                one.restore()
            raise

    DynamoDBBackend.transact_write_items = patched  # type: ignore[method-assign]


class _WithoutTables:
    """The backend, except that it shows no tables that could be copied."""

    def __init__(self, backend: DynamoDBBackend) -> None:
        self._backend, self.tables = backend, dict[str, Table]()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the backend has
        return getattr(self._backend, name)


class _Before:
    """An item and its table's stream as they were before a transaction."""

    def __init__(self, backend: DynamoDBBackend, operation: dict[str, Any]) -> None:
        self._table = backend.get_table(operation["TableName"])
        key = operation.get("Key") or operation["Item"]
        self._hash, self._range = backend.get_keys_value(self._table, key)
        self._item: Item | None = copy.deepcopy(self._table.get_item(self._hash, self._range))
        self._records = len(self._table.stream_shard.items) if self._table.stream_shard else 0

    def restore(self) -> None:
        table, items = self._table, cast("dict[Any, Any]", self._table.items)  # by hash, and by range below
        if self._item is None:
            table.delete_item(self._hash, self._range)
        elif self._range:
            items[self._hash][self._range] = self._item
        else:
            items[self._hash] = self._item
        if table.stream_shard:
            del table.stream_shard.items[self._records :]
