"""Make the stores' requests to DynamoDB: conditional writes, scans, and queries of any length.

In expressions `#name` stands for the attribute `name` and `:value` for a keyword argument, so no expression can contain one
of DynamoDB's reserved words.
"""

from __future__ import annotations

import random
import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from crackling_aws.codec import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_dynamodb import DynamoDBClient

    from crackling_aws.codec import Item, Value

_NAME = re.compile(r"#(\w+)")
_BATCH = 25  # the most writes that DynamoDB takes at once
# Transactions that change one item at the same time contend for it. Waiting here is cheaper than a redelivery.
MAX_CONFLICT_ATTEMPTS = 10
CONFLICT_DELAY_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Update:
    """Hold the changes that a write makes to an item, as attributes."""

    set: Item = field(default_factory=dict)
    set_if_absent: Item = field(default_factory=dict)
    add: Item = field(default_factory=dict)
    remove: Sequence[str] = ()

    @property
    def expression(self) -> str:
        clauses = {
            "SET": [f"#{name} = :new_{name}" for name in self.set]
            + [f"#{name} = if_not_exists(#{name}, :new_{name})" for name in self.set_if_absent],
            "ADD": [f"#{name} :new_{name}" for name in self.add],
            "REMOVE": [f"#{name}" for name in self.remove],
        }
        return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)

    @property
    def values(self) -> Item:
        return {f":new_{name}": value for name, value in (self.set | self.set_if_absent | self.add).items()}


def expressions(
    condition: str, values: Mapping[str, Value] | None = None, *, update: Update | None = None
) -> Item:
    """Return the arguments of a write that carry its expressions; `values` are those of the condition."""
    request: Item = {"ConditionExpression": condition}
    if update is not None:
        request["UpdateExpression"] = update.expression
    if names := _names(" ".join(map(str, request.values()))):
        request["ExpressionAttributeNames"] = names
    if given := _values(values or {}) | (update.values if update is not None else {}):
        request["ExpressionAttributeValues"] = given
    return request


def filters(text: str, **values: Value) -> Item:
    """Return the arguments of a scan that carry its filter."""
    return {"FilterExpression": text, **_given(text, values)}


def key_condition(text: str, **values: Value) -> Item:
    """Return the arguments of a query that carry the condition on its key."""
    return {"KeyConditionExpression": text, **_given(text, values)}


def _given(text: str, values: Mapping[str, Value]) -> Item:
    return {"ExpressionAttributeNames": _names(text), "ExpressionAttributeValues": _values(values)}


def _names(text: str) -> dict[str, str]:
    return {f"#{name}": name for name in sorted(set(_NAME.findall(text)))}


def _values(values: Mapping[str, Value]) -> Item:
    return {f":{name}": encode(value) for name, value in values.items()}


def pages(read: Callable[..., Any], **request: Any) -> Iterator[Item]:  # noqa: ANN401 - boto3's own arguments
    """Yield the items of a query or scan, however many answers they come in."""
    while True:
        answer = read(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def write_if(write: Callable[..., object], **request: Any) -> bool:  # noqa: ANN401 - boto3's own arguments
    """Make a conditional write; return False where its condition does not hold."""
    try:
        write(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def transact(
    client: DynamoDBClient, writes: Sequence[Any], sleep: Callable[[float], None] = time.sleep
) -> bool:
    """Make all writes or none; return False if a condition does not hold."""
    attempts_left = MAX_CONFLICT_ATTEMPTS
    while True:
        try:
            client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            codes = cancellation_codes(error)
            if "ConditionalCheckFailed" in codes:
                return False
            attempts_left -= 1
            if "TransactionConflict" not in codes or not attempts_left:
                raise
            sleep(CONFLICT_DELAY_SECONDS * (MAX_CONFLICT_ATTEMPTS - attempts_left) * random.random())
        else:
            return True


def delete_all(client: DynamoDBClient, table: str, keys: Sequence[Item]) -> None:
    """Delete items by their keys; missing items are not an error."""
    left: list[Any] = [{"DeleteRequest": {"Key": key}} for key in keys]
    while left:
        batch, left = left[:_BATCH], left[_BATCH:]
        answer = client.batch_write_item(RequestItems={table: batch})
        left += answer.get("UnprocessedItems", {}).get(table, [])


def cancellation_codes(error: ClientError) -> list[str]:
    """Return why each write of a transaction was refused ("None" if it was not); empty if the error is another."""
    reasons: Iterable[Mapping[str, str]] = error.response.get("CancellationReasons", ())  # type: ignore[assignment]
    return [reason.get("Code", "None") for reason in reasons]
