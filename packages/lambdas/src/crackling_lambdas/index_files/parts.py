"""Fetch only parts of an index file to the disk: whole sections, and blocks of the others as they are needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from crackling.specificity import Shard
from crackling.specificity.layout import HEADER_BYTES, Header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from crackling.specificity.layout import Range, Section
    from crackling_aws.models.genomes import IndexFile
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles

BLOCK = 64 * 1024  # bytes: about what comes in the time that a request takes to answer
GAP = 4  # blocks that come along rather than cost another request


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Fetch parts of index files."""

    objects: ObjectStore
    files: ShardFiles

    def fetch(self, file: IndexFile, path: Path, without: Collection[Section]) -> None:
        """Fetch the header and the sections except some, which are left as holes in the file."""
        header = Header.decode(self.objects.read(file.key, 0, HEADER_BYTES), file.key)
        ranges = header.ranges(without)
        self.files.make_room(_bytes(ranges))
        self.objects.download(file.key, path, ranges)

    def open(self, file: IndexFile, path: Path, fetched: frozenset[Section]) -> Shard:
        """Fetch and open a file of which some sections are fetched block by block, as lists need them."""
        self.fetch(file, path, fetched)
        blocks = Blocks(file.bytes)

        def fetch(needed: Collection[Range]) -> None:
            with blocks.lock:
                missing = blocks.missing(needed)
                self.files.make_room(_bytes(missing), keep=file)
            if missing:
                self.objects.download(file.key, path, missing)
            blocks.came(missing)

        return Shard.open(path, fetch=fetch, fetched=fetched)


@dataclass
class Blocks:
    """Record which blocks of a file were fetched. Threads may share it: a block that two need at once is fetched twice."""

    size: int
    lock: Lock = field(default_factory=Lock)
    _present: set[int] = field(default_factory=set)

    def missing(self, needed: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the ranges of whole blocks to fetch for what is needed; blocks in small gaps are included."""
        absent = sorted({block for start, end in needed for block in _blocks(start, end)} - self._present)
        runs: list[tuple[int, int]] = []
        for block in absent:
            if runs and block - runs[-1][1] <= GAP:
                runs[-1] = runs[-1][0], block + 1
            else:
                runs.append((block, block + 1))
        return [(first * BLOCK, min(end * BLOCK, self.size)) for first, end in runs]

    def came(self, ranges: Iterable[tuple[int, int]]) -> None:
        with self.lock:
            self._present.update(block for start, end in ranges for block in _blocks(start, end))


def _blocks(start: int, end: int) -> range:
    """Return the blocks that contain the bytes."""
    return range(start // BLOCK, -(-end // BLOCK))


def _bytes(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)
