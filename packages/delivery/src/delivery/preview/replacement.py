"""Tell whether CloudFormation replaces a resource when a property changes, from the schemas in cfn-lint: no network is needed."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError  # type: ignore[import-untyped]


class Replacement(StrEnum):
    NEVER = "never"
    MAYBE = "maybe"
    ALWAYS = "always"


_REGION = "us-east-1"  # the schemas are the same in every region


def of_change(kind: str, properties: set[str]) -> Replacement:
    """Return whether a change of these properties, given by their paths ("Code.S3Key"), replaces the resource.

    A resource of an unknown type may be replaced.
    """
    schema = _schema(kind)
    if schema is None:
        return Replacement.MAYBE
    always, maybe = schema
    if any(_touches(changed, path) for changed in properties for path in always):
        return Replacement.ALWAYS
    if any(_touches(changed, path) for changed in properties for path in maybe):
        return Replacement.MAYBE
    return Replacement.NEVER


def _touches(changed: str, path: str) -> bool:
    return changed == path or changed.startswith(f"{path}.") or path.startswith(f"{changed}.")


@cache
def _schema(kind: str) -> tuple[frozenset[str], frozenset[str]] | None:
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, kind).schema
    except ResourceNotFoundError:
        return None
    return _paths(schema.get("createOnlyProperties")), _paths(schema.get("conditionalCreateOnlyProperties"))


def _paths(pointers: list[str] | None) -> frozenset[str]:
    return frozenset(
        pointer.removeprefix("/properties/").replace("/properties", "").replace("/", ".")
        for pointer in pointers or []
    )
