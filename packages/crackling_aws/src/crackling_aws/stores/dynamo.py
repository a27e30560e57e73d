"""How values become DynamoDB attributes, and how conditional writes are asked for and answered.

In expressions `#name` stands for the attribute `name` and `:value` for a keyword argument, so no expression
can meet one of DynamoDB's reserved words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

Value: TypeAlias = "str | bool | int | float | bytes | frozenset[str] | tuple[Value, ...]"
Item: TypeAlias = "dict[str, Any]"  # attributes in DynamoDB's own notation

_NAME = re.compile(r"#(\w+)")


def encode(value: Value) -> Item:
    """One value in DynamoDB's notation. An empty set has none: leave the attribute out."""
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case frozenset():
            return {"SS": sorted(value)}
        case tuple():
            return {"L": [encode(part) for part in value]}
        case _:
            return {"N": repr(value)}


def decode(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the models' constructors give it its type
    ((kind, value),) = attribute.items()
    match kind:
        case "N":
            return float(value) if "." in value or "e" in value.lower() else int(value)
        case "SS":
            return frozenset(value)
        case "L":
            return tuple(map(decode, value))
        case _:
            return value


def encode_item(**fields: Value | None) -> Item:
    """An item; fields that are None are left out."""
    return {name: encode(value) for name, value in fields.items() if value is not None}


def decode_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: decode(attribute) for name, attribute in item.items()}


def expressions(*, update: str | None = None, condition: str | None = None, **values: Value) -> Item:
    """The arguments of a write that carry its expressions."""
    request: Item = {}
    if update is not None:
        request["UpdateExpression"] = update
    if condition is not None:
        request["ConditionExpression"] = condition
    if names := _names(f"{update} {condition}"):
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = {f":{name}": encode(value) for name, value in values.items()}
    return request


def filters(text: str, **values: Value) -> Item:
    """The arguments of a scan that carry its filter."""
    return {
        "FilterExpression": text,
        "ExpressionAttributeNames": _names(text),
        "ExpressionAttributeValues": {f":{name}": encode(value) for name, value in values.items()},
    }


def _names(text: str) -> dict[str, str]:
    return {f"#{name}": name for name in sorted(set(_NAME.findall(text)))}


def pages(read: Callable[..., Any], **request: Any) -> Iterator[Item]:  # noqa: ANN401 - boto3's own arguments
    """The items of a query or scan, however many answers they come in."""
    while True:
        answer = read(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def write_if(write: Callable[..., object], **request: Any) -> bool:  # noqa: ANN401 - boto3's own arguments
    """Make a conditional write; False where its condition does not hold."""
    try:
        write(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def cancellation_codes(error: ClientError) -> list[str]:
    """Why each write of a transaction was refused ("None" if it was not); empty if the error is another."""
    reasons: Iterable[Mapping[str, str]] = error.response.get("CancellationReasons", ())  # type: ignore[assignment]
    return [reason.get("Code", "None") for reason in reasons]
