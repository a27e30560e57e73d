"""Compute the difference between two templates of a stack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from delivery.preview.normal_form import assets_of, normalised
from delivery.preview.permissions import Permission, permissions
from delivery.preview.replacement import Replacement, of_change

if TYPE_CHECKING:
    from delivery.stacks.assembly import Template

# Deleting one of these deletes data, or something that a deployment cannot restore.
DATA = frozenset(
    {
        "AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable", "AWS::S3::Bucket", "AWS::SQS::Queue",
        "AWS::Logs::LogGroup", "AWS::SSM::Parameter", "AWS::KMS::Key", "AWS::EC2::Volume",
    }
)  # fmt: skip
_KEEPING = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})


class Kind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    CODE = "new code"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True)
class Edit:
    """A changed property: its path, and its values as JSON; None where it is absent."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Change:
    """Hold what happens to a resource. `keeps` is true if the resource is retained when the stack removes it."""

    name: str
    type: str
    kind: Kind
    edits: tuple[Edit, ...] = ()
    replacement: Replacement = Replacement.NEVER
    keeps: bool = False

    @property
    def destructive(self) -> bool:
        """Return whether something that exists is deleted, or may be."""
        return self.kind in (Kind.REMOVED, Kind.REPLACED) or self.replacement is not Replacement.NEVER

    @property
    def loses_data(self) -> bool:
        return self.destructive and self.type in DATA and not self.keeps


@dataclass(frozen=True)
class Difference:
    """The difference of a stack. `granted` are new permissions: allowed now, or no longer denied."""

    stack: str
    changes: tuple[Change, ...]
    granted: tuple[Permission, ...]
    withdrawn: tuple[Permission, ...]
    other: tuple[Edit, ...]

    def __bool__(self) -> bool:
        return bool(self.changes or self.granted or self.withdrawn or self.other)


def compare(stack: str, before: Template, after: Template) -> Difference:
    """Compare two templates as they were synthesised; an empty one stands for no stack."""
    old, new = normalised(before), normalised(after)
    had, has = permissions(old), permissions(new)
    return Difference(
        stack=stack,
        changes=tuple(_changes(old, new, before, after)),
        granted=tuple(sorted({p for p in has - had if p.allows} | {p for p in had - has if not p.allows})),
        withdrawn=tuple(sorted({p for p in had - has if p.allows} | {p for p in has - had if not p.allows})),
        other=tuple(
            edit
            for section in ("Parameters", "Outputs", "Mappings")
            for edit in _edits(section, old.get(section, {}), new.get(section, {}))
        ),
    )


def _changes(old: Template, new: Template, before: Template, after: Template) -> list[Change]:
    was, now = old["Resources"], new["Resources"]
    found = [Change(name, now[name]["Type"], Kind.ADDED) for name in sorted(now.keys() - was.keys())]
    found += [
        Change(name, was[name]["Type"], Kind.REMOVED, keeps=was[name].get("DeletionPolicy") in _KEEPING)
        for name in sorted(was.keys() - now.keys())
    ]
    for name in sorted(was.keys() & now.keys()):
        if was[name] != now[name]:
            found.append(_change(name, was[name], now[name]))
        elif _assets(before, name) != _assets(after, name):
            found.append(Change(name, now[name]["Type"], Kind.CODE))
    return found


def _change(name: str, was: dict[str, Any], now: dict[str, Any]) -> Change:
    edits = tuple(_edits("", was, now))
    if was["Type"] != now["Type"]:
        replacement = Replacement.ALWAYS
    else:
        prefix = "Properties."
        paths = {_without_indices(edit.path[len(prefix) :]) for edit in edits if edit.path.startswith(prefix)}
        replacement = of_change(now["Type"], paths)
    kind = Kind.REPLACED if replacement is Replacement.ALWAYS else Kind.CHANGED
    keeps = was.get("UpdateReplacePolicy") in _KEEPING
    return Change(name, now["Type"], kind, edits, replacement, keeps)


def _edits(path: str, was: Any, now: Any) -> list[Edit]:  # noqa: ANN401 - parts of a template
    """Return the smallest parts that differ."""
    if was == now:
        return []
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            edit
            for key in sorted(was.keys() | now.keys())
            for edit in _edits(f"{path}.{key}" if path else key, was.get(key), now.get(key))
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [
            edit
            for number, (one, other) in enumerate(zip(was, now, strict=True))
            for edit in _edits(f"{path}.{number}", one, other)
        ]
    return [Edit(path, _json(was), _json(now))]


def _without_indices(path: str) -> str:
    """Return a path without indices of lists: schemas describe lists as a whole."""
    return ".".join(part for part in path.split(".") if not part.isdecimal())


def _json(value: Any) -> str | None:  # noqa: ANN401
    return None if value is None else json.dumps(value, sort_keys=True)


def _assets(template: Template, name: str) -> frozenset[str]:
    return assets_of(template["Resources"].get(name, {}))
