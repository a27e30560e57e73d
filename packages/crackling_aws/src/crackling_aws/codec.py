"""Convert models to DynamoDB items and back. Both follow from the dataclass, so a new field needs no further code.

The field `chunk_size` is the attribute `chunkSize`. A field that is None or an empty set has no attribute, and takes its
default when it is read. A dataclass within a model is stored as the list of its fields, so new fields go to its end and
need a default. A field that is marked COMPRESSED is stored as compressed JSON.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Decode: TypeAlias = Callable[[Any], Any]

M = TypeVar("M")
Value: TypeAlias = "str | bool | int | float | bytes | frozenset[str] | tuple[Value, ...] | None"
Item: TypeAlias = "dict[str, Any]"  # attributes in DynamoDB's own notation
COMPRESSED: Final = "compressed"


def attribute_name(field: str) -> str:
    """Return the attribute of a field: its name in camelCase."""
    return re.sub(r"_(\w)", lambda found: found[1].upper(), field)


def to_item(model: object) -> Item:
    """Return a model as an item."""
    return attributes(type(model), **{name: getattr(model, name) for name in _stored_fields(type(model))})


def attributes(model: type[Any], **values: object) -> Item:
    """Return some fields of a model as attributes of its item; those that are None or an empty set are left out."""
    known = _stored_fields(model)
    return {
        known[name].attribute: known[name].encode(value)
        for name, value in values.items()
        if value is not None and value != frozenset()
    }


def from_item(model: type[M], item: Mapping[str, Any]) -> M:
    """Return the model that an item describes; attributes that are not its own are ignored."""
    return model(
        **{
            name: field.decode(item[field.attribute])
            for name, field in _stored_fields(model).items()
            if field.attribute in item
        }
    )


def encode(value: Value) -> Item:
    """Return one value in DynamoDB's notation, which has none for an empty set."""
    match value:
        case None:
            return {"NULL": True}
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


def decode(attribute: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the models' types give it its type
    """Return the value of an attribute in DynamoDB's notation."""
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "N":
            return float(value) if "." in value or "e" in value.lower() else int(value)
        case "SS":
            return frozenset(value)
        case "L":
            return tuple(map(decode, value))
        case _:
            return value


@dataclass(frozen=True)
class _StoredField:
    """Describe how a field of a model is stored."""

    attribute: str
    from_plain: Decode | None
    compressed: bool

    def encode(self, value: object) -> Item:
        plain = _to_plain(value)
        if not self.compressed:
            return encode(plain)
        return {"B": zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), level=6)}

    def decode(self, attribute: Mapping[str, Any]) -> object:
        plain = decode(attribute)
        if self.compressed:
            plain = json.loads(zlib.decompress(bytes(plain)))  # bytes, or boto3's wrapper of them
        return plain if self.from_plain is None else self.from_plain(plain)


def _stored_fields(model: type[Any]) -> dict[str, _StoredField]:
    return _derive_fields(model)  # type: ignore[arg-type]  # to mypy a class is not hashable


@cache
def _derive_fields(model: Any) -> dict[str, _StoredField]:  # noqa: ANN401 - a dataclass
    hints = get_type_hints(model, include_extras=True)
    return {
        field.name: _StoredField(
            attribute=attribute_name(field.name),
            from_plain=_from_plain(hints[field.name]),
            compressed=COMPRESSED in getattr(hints[field.name], "__metadata__", ()),
        )
        for field in fields(model)
    }


def _to_plain(value: Any) -> Any:  # noqa: ANN401 - any field of a model
    if is_dataclass(value):
        return tuple(_to_plain(getattr(value, field.name)) for field in fields(value))
    return tuple(map(_to_plain, value)) if isinstance(value, tuple) else value


def _from_plain(hint: Any) -> Decode | None:  # noqa: ANN401 - a type, or a form of typing
    """Return the function that restores a value of a type; None where values are stored as they are.

    Raises:
        TypeError: values of this type cannot be stored.
    """
    arguments = get_args(hint)
    origin = get_origin(hint)
    if origin is Annotated:
        return _from_plain(arguments[0])
    if origin in (Union, UnionType):
        return _optional(arguments)
    if origin is frozenset or (origin is tuple and arguments[1:] == (...,)):
        return _collection(origin, _from_plain(arguments[0]))
    return _from_plain_of_type(hint)


def _optional(arguments: tuple[Any, ...]) -> Decode | None:
    [inner] = [argument for argument in arguments if argument is not NoneType]
    restore = _from_plain(inner)
    return None if restore is None else lambda plain: None if plain is None else restore(plain)


def _collection(kind: Decode, restore: Decode | None) -> Decode:
    return kind if restore is None else lambda plain: kind(map(restore, plain))


def _from_plain_of_type(hint: Any) -> Decode | None:  # noqa: ANN401 - as above
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return _from_row(hint)
    if hint is float:  # DynamoDB returns 2.0 as 2
        return float
    if issubclass(hint, Enum):
        return partial(hint)
    if hint in (str, bool, int):
        return None
    raise TypeError(f"Values of {hint} cannot be stored")


def _from_row(kind: type) -> Decode:
    """Return the function that makes a dataclass or named tuple of the list of its fields."""
    restores = [_from_plain(hint) for hint in get_type_hints(kind).values()]

    def from_row(row: Any) -> object:  # noqa: ANN401 - any list
        return kind(
            *(
                part if restore is None else restore(part)
                for restore, part in zip(restores, row, strict=False)
            )
        )

    return from_row
