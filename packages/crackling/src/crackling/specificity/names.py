"""Make and parse the names of an index's files: genome.issl, or genome.1-of-2.issl and genome.2-of-2.issl."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_SHARD = re.compile(
    r"(?P<stem>.+)\.(?P<number>[1-9]\d*)-of-(?P<shards>[1-9]\d*)(?P<ending>(?:\.[^.]*)?)", re.DOTALL
)


class ShardName(NamedTuple):
    """The parts of a shard's name; `built_as` is the path that the index was built as."""

    built_as: Path
    number: int
    shards: int


def shard_path(index: Path, number: int, shards: int) -> Path:
    return index.with_name(f"{index.stem}.{number}-of-{shards}{index.suffix}") if shards > 1 else index


def shard_paths(index: Path, shards: int) -> list[Path]:
    return [shard_path(index, number, shards) for number in range(1, shards + 1)]


def parse_name(path: Path) -> ShardName | None:
    """Parse the name of a shard; return None if it is not one."""
    match = _SHARD.fullmatch(path.name)
    if not match:
        return None
    return ShardName(
        path.with_name(match["stem"] + match["ending"]), int(match["number"]), int(match["shards"])
    )


def shards_of(index: Path) -> list[Path]:
    """Return the shards beside a path, in the order of their numbers."""
    folder = index.parent
    named = (
        [(name, path) for path in folder.iterdir() if (name := parse_name(path))] if folder.is_dir() else []
    )
    return [path for name, path in sorted(named) if name.built_as == index]


def family(index: Path) -> list[Path]:
    """Return all files that an index of this name may have."""
    return [index, *shards_of(index)]
