"""Download only parts of an index file: whole sections, and blocks of the others when they are needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from crackling.specificity import Shard
from crackling.specificity.layout import HEADER_BYTES, Header

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from crackling.specificity.layout import Range, Section
    from crackling_aws.models.genomes import IndexFile
    from crackling_aws.stores.multipart import OnBytes
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles

BLOCK_BYTES = 64 * 1024  # about what arrives in the time that S3 takes to answer a request
MAX_GAP_BLOCKS = 4  # downloading so many blocks in vain is cheaper than another request
BATCH_RANGES = 128  # eight for each connection: what has come in between is kept if the time is over


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Download parts of index files."""

    objects: ObjectStore
    files: ShardFiles
    # Gets the size of each batch of blocks; what it raises ends the search.
    before_fetch: Callable[[int], None] = lambda _size_bytes: None

    def download(
        self,
        file: IndexFile,
        path: Path,
        without: Collection[Section],
        on_bytes: OnBytes | None = None,
    ) -> None:
        """Download the header and all sections except some, which remain holes in the file."""
        header = Header.decode(self.objects.read(file.key, 0, HEADER_BYTES), file.key)
        ranges = header.ranges(without)
        self.files.make_room(_bytes(ranges))
        self.objects.download(file.key, path, ranges, on_bytes)

    def open(
        self, file: IndexFile, path: Path, fetched: frozenset[Section], on_bytes: OnBytes | None = None
    ) -> Shard:
        """Open a file whose sections `fetched` are downloaded block by block when a search reads them."""
        self.download(file, path, fetched, on_bytes)
        blocks = Blocks(file.bytes)

        def fetch(needed: Collection[Range]) -> None:
            with blocks.lock:
                missing = blocks.missing(needed)
                self.files.make_room(_bytes(missing), keep=file)
            for batch in batched(missing, BATCH_RANGES):
                self.before_fetch(_bytes(batch))
                self.objects.download(file.key, path, batch)
                blocks.add(batch)  # a search that ends here goes on from here

        return Shard.open(path, fetch=fetch, fetched=fetched)


@dataclass
class Blocks:
    """Record which blocks of a file were downloaded.

    Threads may share it; a block that two of them need at once is downloaded twice.
    """

    size_bytes: int
    lock: Lock = field(default_factory=Lock)
    _present: set[int] = field(default_factory=set)

    def missing(self, needed: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the ranges of whole blocks to download for the needed ranges; blocks in small gaps are included."""
        absent = sorted({block for start, end in needed for block in _blocks(start, end)} - self._present)
        runs: list[tuple[int, int]] = []
        for block in absent:
            if runs and block - runs[-1][1] <= MAX_GAP_BLOCKS:
                runs[-1] = runs[-1][0], block + 1
            else:
                runs.append((block, block + 1))
        return [(first * BLOCK_BYTES, min(end * BLOCK_BYTES, self.size_bytes)) for first, end in runs]

    def add(self, ranges: Iterable[tuple[int, int]]) -> None:
        with self.lock:
            self._present.update(block for start, end in ranges for block in _blocks(start, end))


def batched(ranges: Sequence[tuple[int, int]], most: int) -> Iterator[Sequence[tuple[int, int]]]:
    """Yield the ranges in batches of a limited number."""
    for first in range(0, len(ranges), most):
        yield ranges[first : first + most]


def _blocks(start: int, end: int) -> range:
    """Return the blocks that contain the bytes."""
    return range(start // BLOCK_BYTES, -(-end // BLOCK_BYTES))


def _bytes(ranges: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)
