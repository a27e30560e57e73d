"""Listing one guide's off-targets with only those parts of an index that it takes, within an answer of the API.

A whole index has gigabytes; a guide reads some 460 buckets of it, and the places of what it finds. The directories that
say where those lie come whole, once; the rest comes in blocks as it is needed, and stays for the next guide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard
from crackling.specificity.layout import LIST_SECTIONS
from crackling_lambdas.logic.index_cache import read_header

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crackling.specificity import OffTarget
    from crackling.specificity.layout import Range
    from crackling_aws.models import Genome, IndexFile
    from crackling_aws.objects import ObjectStore
    from crackling_lambdas.logic.shard_files import ShardFiles

BLOCK = 64 * 1024  # bytes: about what comes in the time that a request takes to answer
GAP = 4  # blocks that come along rather than cost another request
SMALL = 32 * 1024 * 1024  # bytes of an index that is fetched whole: one round trip instead of four


@dataclass(frozen=True)
class PlaceFinder:
    """Lists off-targets."""

    objects: ObjectStore
    files: ShardFiles

    def off_targets(self, genome: Genome, guide: str, most: int) -> tuple[int, list[OffTarget]]:
        """How many places near a guide a genome has that is ready, and the riskiest of them.

        The places of others are not fetched: a guide of a human repeat has tens of thousands.
        """
        listing = Listing(guide, most=most)
        for file in sorted(genome.files, key=lambda file: file not in self.files):
            listing.add(self.files.use(file, self._fetch))
        return listing.total, listing.off_targets()

    def _fetch(self, file: IndexFile, path: Path) -> Shard:
        if file.bytes <= SMALL:
            self.files.make_room(file.bytes)
            self.objects.download(file.key, path)
            return Shard.open(path)
        ranges = read_header(self.objects, file).ranges(without=LIST_SECTIONS)
        self.files.make_room(sum(end - start for start, end in ranges))
        self.objects.download(file.key, path, ranges)
        blocks = _Blocks(file.bytes)

        def bring(needed: Sequence[Range]) -> None:
            missing = blocks.missing(needed)
            self.files.make_room(sum(end - start for start, end in missing), keep=file)
            self.objects.download(file.key, path, missing)
            blocks.present |= {block for start, end in missing for block in _blocks(start, end)}

        return Shard.open(path, bring=bring)


@dataclass
class _Blocks:
    """Which blocks of a file are there."""

    size: int
    present: set[int] = field(default_factory=set)

    def missing(self, needed: Sequence[Range]) -> list[tuple[int, int]]:
        """Ranges, in whole blocks, that together with what is there cover what is needed."""
        absent = sorted({block for start, end in needed for block in _blocks(start, end)} - self.present)
        runs: list[tuple[int, int]] = []
        for block in absent:
            if runs and block - runs[-1][1] <= GAP:
                runs[-1] = runs[-1][0], block + 1
            else:
                runs.append((block, block + 1))
        return [(first * BLOCK, min(end * BLOCK, self.size)) for first, end in runs]


def _blocks(start: int, end: int) -> range:
    """The blocks that bytes lie in."""
    return range(start // BLOCK, -(-end // BLOCK))
