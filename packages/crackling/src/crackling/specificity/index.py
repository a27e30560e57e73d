"""Open and search the index of a genome: the shards that it consists of, one or more."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from crackling.closeable import Closeable
from crackling.errors import IndexFileError
from crackling.sequences.files import open_for_reading
from crackling.specificity.layout import MAGIC
from crackling.specificity.names import parse_name, shard_paths, shards_of
from crackling.specificity.offtargets import Listing
from crackling.specificity.search import USUAL_MISMATCHES, Tally
from crackling.specificity.shard import Shard, ShardSet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crackling.specificity.offtargets import OffTarget
    from crackling.specificity.search import Specificity


class Index(Closeable):
    """An open index with all its shards. Use it as a context manager, or call close().

    If there is no room for all shards at once, add them to a Tally or a Listing one by one.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        """Take over shards that are open.

        Raises:
            IndexFileError: they are not all shards of one genome.
        """
        together = ShardSet()
        for shard in shards:
            together.add(shard.header, shard.label)
        together.check_whole()
        self.shards = sorted(shards, key=lambda shard: shard.header.shard)

    @classmethod
    def open(cls, files: str | Path | Sequence[Path], *, verify: bool = True, positions: bool = True) -> Self:
        """Map an index.

        Args:
            files: one path, of which the others follow (see find_files()), or all.
            verify: read all of it once and check the checksums.
            positions: off_targets() will be asked for; without, the sections of positions are not read and may be a hole.

        Raises:
            IndexFileError: not an index, of another version, cut short or damaged; a shard is missing, foreign or doubled.
            StorageError: a file cannot be read.
        """
        paths = find_files(Path(files)) if isinstance(files, str | Path) else files
        with ExitStack() as opened:
            index = cls(
                [opened.enter_context(Shard.open(path, verify=verify, positions=positions)) for path in paths]
            )
            opened.pop_all()
        return index

    def close(self) -> None:
        for shard in self.shards:
            shard.close()

    @property
    def contigs(self) -> list[tuple[str, int]]:
        """Return the names and lengths of the contigs."""
        lengths: dict[str, int] = {}
        for shard in self.shards:
            for name, bases, start in shard.pieces:
                lengths[name] = max(lengths.get(name, 0), start + bases)
        return list(lengths.items())

    def score(
        self,
        guides: Sequence[str],
        k: int = USUAL_MISMATCHES,
        *,
        compatible: bool = False,
        threads: int | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> list[Specificity]:
        """Score guides against every site within k mismatches, without early exit.

        Args:
            guides: 20 nt of A, C, G, T each.
            k: 0 to 6.
            compatible: CFD weighs every PAM as NGG, as the published program does.
            threads: default: all processors.
            progress: called with the number of guides that are done.

        Returns:
            In the order of `guides`; each `counts` has k + 1 numbers.

        Raises:
            InputError: a guide is not 20 letters of A, C, G, T, or k is out of range.
        """
        tally = Tally(guides, k, compatible=compatible, threads=threads)

        def report(before: int, done: int) -> None:
            if progress:
                progress((before + done) // len(self.shards))

        for number, shard in enumerate(self.shards):
            tally.add(shard, partial(report, number * len(guides)))
        return tally.scores()

    def off_targets(
        self, guide: str, k: int = USUAL_MISMATCHES, *, compatible: bool = False
    ) -> list[OffTarget]:
        """List every occurrence within k mismatches of a guide (20 nt) by CFD, MIT, then location, the riskiest first."""
        listing = Listing(guide, k, compatible=compatible)
        for shard in self.shards:
            listing.add(shard)
        return listing.off_targets()


def find_files(path: Path) -> list[Path]:
    """Return all files of the index that a path names.

    The path is that of the only file, of one of the shards, or the one that the index was built as.

    Raises:
        IndexFileError: shards are missing, or of two indexes.
    """
    name = parse_name(path)
    if not name and path.exists():
        return [path]
    index = name.built_as if name else path
    found = shards_of(index)
    if name:
        shards = name.shards
    elif found:
        counts = {other.shards for other in map(parse_name, found) if other}
        if len(counts) > 1:
            raise IndexFileError(
                f"{path}: there are shards of several indexes ({', '.join(each.name for each in found)}); name one of them"
            )
        (shards,) = counts
    else:
        return [path]
    expected = shard_paths(index, shards)
    for file in expected:
        if found and not file.exists():
            raise IndexFileError(
                f"{file}: this shard is missing; put it beside the others, or make the index again"
            )
    return expected


def is_index(path: Path) -> bool:
    """Return whether a path names an index, whatever its state.

    Raises:
        StorageError: it names nothing that can be read.
    """
    with open_for_reading(find_files(path)[0]) as file:
        return file.read(len(MAGIC)) == MAGIC
