from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crackling_aws.codec import decode
from crackling_aws.names import JOBS_BY_OWNER
from fakes.errors import client_error
from fakes.expressions import Scope, condition, update

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Key = tuple[str, ...]
# Index -> its table, and its keys beside the table's.
INDEXES = {JOBS_BY_OWNER: ("jobs", ("owner", "created"))}
TABLE_KEYS = {
    "jobs": ("jobId",),
    "targets": ("jobId", "number"),
    "genomes": ("genomeId", "item"),
    "usage": ("counter",),
}


class FakeDynamoDB:
    """Implement the calls that the stores make. Items are replaced, never changed, so a reader keeps what it read.

    A read that does not ask for consistency may be answered with what an item was before its latest write.
    """

    def __init__(self, stale: Callable[[], bool] = lambda: False) -> None:
        self._stale = stale
        self.tables: dict[str, dict[Key, dict[str, Any]]] = {table: {} for table in TABLE_KEYS}
        self._before: dict[str, dict[Key, dict[str, Any] | None]] = {table: {} for table in TABLE_KEYS}
        self.watch: dict[str, Callable[[dict[str, Any] | None, dict[str, Any] | None], None]] = {}
        self.conflicts: Callable[[], bool] = lambda: False

    def settle(self) -> None:
        """Let time pass, so that every read is answered with the latest write."""
        for rows in self._before.values():
            rows.clear()

    def put_item(self, **request: Any) -> dict[str, Any]:
        key = self._key(request["TableName"], request["Item"])
        self._check(request, key, "PutItem")
        self._write(request["TableName"], key, dict(request["Item"]))
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        key = self._key(request["TableName"], request["Key"])
        self._check(request, key, "UpdateItem")
        self._write(request["TableName"], key, self._updated(request, key))
        return {}

    def delete_item(self, **request: Any) -> dict[str, Any]:
        key = self._key(request["TableName"], request["Key"])
        self._check(request, key, "DeleteItem")
        self._write(request["TableName"], key, None)
        return {}

    def get_item(self, **request: Any) -> dict[str, Any]:
        key = self._key(request["TableName"], request["Key"])
        item = self._read(request, key)
        return {} if item is None else {"Item": item}

    def query(self, **request: Any) -> dict[str, Any]:
        if "IndexName" in request:
            return self._query_index(request)
        return self._find(request, request["KeyConditionExpression"])

    def _query_index(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return keys only. An item is in the index if it has the index's keys."""
        table, names = INDEXES[request["IndexName"]]
        matches, scope = condition(request["KeyConditionExpression"]), Scope(request)

        def order(item: Mapping[str, Any]) -> tuple[Any, ...]:
            return tuple(decode(item[name]) for name in (*names, *TABLE_KEYS[table]))

        found = [
            {name: item[name] for name in (*names, *TABLE_KEYS[table])}
            for item in self.tables[table].values()
            if names[0] in item and matches(item, scope)
        ]
        backwards = not request.get("ScanIndexForward", True)
        found.sort(key=order, reverse=backwards)
        if start := request.get("ExclusiveStartKey"):
            found = [
                one
                for one in found
                if (order(one) < order(start) if backwards else order(one) > order(start))
            ]
        return {"Items": found[: request["Limit"]]}

    def scan(self, **request: Any) -> dict[str, Any]:
        return self._find(request, request["FilterExpression"])

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """Leave a write of a large batch undone, as DynamoDB may."""
        ((table, writes),) = request["RequestItems"].items()
        assert 0 < len(writes) <= 25
        done = writes[:-1] or writes
        for write in done:
            self._write(table, self._key(table, write["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {table: writes[-1:]} if len(writes) > 1 else {}}

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        kinds, writes = zip(
            *(pair for item in request["TransactItems"] for pair in item.items()), strict=True
        )
        keys = [self._key(write["TableName"], write.get("Key") or write["Item"]) for write in writes]
        codes = [
            "None" if self._holds(*pair) else "ConditionalCheckFailed"
            for pair in zip(writes, keys, strict=True)
        ]
        if set(codes) == {"None"} and self.conflicts():
            codes[-1] = "TransactionConflict"
        if set(codes) != {"None"}:
            reasons = [{"Code": code} for code in codes]
            raise client_error(
                "TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons
            )
        for kind, write, key in zip(kinds, writes, keys, strict=True):
            after: dict[str, Any] | None
            match kind:
                case "Put":
                    after = dict(write["Item"])
                case "Update":
                    after = self._updated(write, key)
                case _:
                    after = None
            self._write(write["TableName"], key, after)
        return {}

    def _key(self, table: str, item: Mapping[str, Any]) -> Key:
        return tuple(_sortable(item[name]) for name in TABLE_KEYS[table])

    def _holds(self, request: Mapping[str, Any], key: Key) -> bool:
        if "ConditionExpression" not in request:
            return True
        item = self.tables[request["TableName"]].get(key, {})
        return condition(request["ConditionExpression"])(item, Scope(request))

    def _check(self, request: Mapping[str, Any], key: Key, operation: str) -> None:
        if not self._holds(request, key):
            raise client_error("ConditionalCheckFailedException", operation)

    def _updated(self, request: Mapping[str, Any], key: Key) -> dict[str, Any]:
        item = {**request["Key"], **self.tables[request["TableName"]].get(key, {})}
        update(request["UpdateExpression"])(item, Scope(request))
        return item

    def _write(self, table: str, key: Key, item: dict[str, Any] | None) -> None:
        rows = self.tables[table]
        before = self._before[table][key] = rows.get(key)
        if item is None:
            rows.pop(key, None)
        else:
            rows[key] = item
        if table in self.watch:
            self.watch[table](before, item)

    def _read(self, request: Mapping[str, Any], key: Key) -> dict[str, Any] | None:
        table = request["TableName"]
        if not request.get("ConsistentRead") and key in self._before[table] and self._stale():
            return self._before[table][key]
        return self.tables[table].get(key)

    def _find(self, request: Mapping[str, Any], expression: str) -> dict[str, Any]:
        table, matches, scope = request["TableName"], condition(expression), Scope(request)
        keys = sorted(
            self.tables[table]
            if request.get("ConsistentRead")
            else {**self._before[table], **self.tables[table]}
        )
        found = [
            item for key in keys if (item := self._read(request, key)) is not None and matches(item, scope)
        ]
        return {"Items": found}


def _sortable(attribute: Mapping[str, str]) -> str:
    ((kind, raw),) = attribute.items()
    return raw.rjust(20) if kind == "N" else raw
