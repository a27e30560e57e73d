"""Write a difference as Markdown: destructive changes first, and short enough for a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from delivery.github import LIMIT
from delivery.preview.difference import Change, Difference, Edit, Kind
from delivery.preview.replacement import Replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST_VALUE = 300
_CUT = "\n\n**Shortened: the full text is in the artifact `preview` of this run.**\n"


def marker(stack: str) -> str:
    """Return the text by which the comment of a stack is found again; GitHub does not show it."""
    return f"<!-- crackling-preview: {stack} -->"


def markdown(difference: Difference, commit: str, limit: int | None = LIMIT) -> str:
    """Return the comment for a stack, at most `limit` characters long; None is no limit."""
    head = (
        f"{marker(difference.stack)}\n## `{difference.stack}`\n\n{_summary(difference)} (commit {commit})\n"
    )
    text = head + "".join(_sections(difference))
    if limit is None or len(text) <= limit:
        return text
    # The cut may lie within a section: close its code block and its <details>.
    room = limit - len(_CUT) - 40
    kept = text[: text.rfind("\n", 0, room)]
    kept += "\n```" if kept.count("\n```") % 2 else ""
    kept += "\n</details>" * (kept.count("<details>") - kept.count("</details>"))
    return kept + _CUT


def _summary(difference: Difference) -> str:
    if not difference:
        return "**Nothing changes.**"
    counts = [(kind, sum(change.kind is kind for change in difference.changes)) for kind in Kind]
    words = [f"{count} {kind.value}" for kind, count in counts if count]
    if difference.granted:
        words.append(f"**{len(difference.granted)} permissions granted**")
    if difference.withdrawn:
        words.append(f"{len(difference.withdrawn)} withdrawn")
    return ", ".join(words) or "Only parameters or outputs change"


def _sections(difference: Difference) -> Iterator[str]:
    yield from _destructive([change for change in difference.changes if change.destructive])
    if difference.granted or difference.withdrawn:
        yield "\n### Permissions\n\n```diff\n"
        yield from (f"+ {permission}\n" for permission in difference.granted)
        yield from (f"- {permission}\n" for permission in difference.withdrawn)
        yield "```\n"
    rest = [change for change in difference.changes if not change.destructive]
    for kind in (Kind.CHANGED, Kind.ADDED, Kind.CODE):
        yield from _group(kind, [change for change in rest if change.kind is kind])
    if difference.other:
        yield f"\n<details><summary>Parameters and outputs: {len(difference.other)}</summary>\n\n```diff\n"
        yield from map(_edit, difference.other)
        yield "```\n</details>\n"


def _destructive(changes: list[Change]) -> Iterator[str]:
    if not changes:
        return
    yield "\n### Destructive\n\n"
    for change in sorted(
        changes, key=lambda one: (not one.loses_data, one.kind is not Kind.REMOVED, one.name)
    ):
        yield f"- {_fate(change)}: `{change.name}` ({change.type})\n"
    yield from _edited([change for change in changes if change.edits])


def _fate(change: Change) -> str:
    if change.kind is Kind.REMOVED:
        word = "removed"
    else:
        word = "replaced" if change.replacement is Replacement.ALWAYS else "may be replaced"
    if change.loses_data:
        return f"⚠️ **{word}, with its data**"
    return f"**{word}**" + (", the old one is kept" if change.keeps else "")


def _group(kind: Kind, changes: list[Change]) -> Iterator[str]:
    if not changes:
        return
    yield f"\n<details><summary>{kind.value.capitalize()}: {len(changes)}</summary>\n\n"
    if kind is Kind.CHANGED:
        yield from _edited(changes)
    else:
        yield from (f"- `{change.name}` ({change.type})\n" for change in changes)
    yield "</details>\n"


def _edited(changes: Iterable[Change]) -> Iterator[str]:
    yield "\n```diff\n"
    for change in changes:
        yield f"  {change.name} ({change.type})\n"
        yield from map(_edit, change.edits)
    yield "```\n"


def _edit(edit: Edit) -> str:
    lines = [
        f"{mark} {edit.path}: {_short(value)}\n"
        for mark, value in (("-", edit.before), ("+", edit.after))
        if value
    ]
    return "".join(lines)


def _short(value: str) -> str:
    # A backtick could end the code block.
    text = value.replace("`", "'")
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}... ({len(text)} characters)"
