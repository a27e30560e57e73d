"""Scoring with indexes that stay on the function's disk, so that only its first chunk of a genome waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard, Tally
from crackling.specificity.layout import HEADER_BYTES, POSITION_SECTIONS, Header

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crackling.specificity import OffTarget, Specificity
    from crackling_aws.models import Genome, IndexFile
    from crackling_aws.objects import ObjectStore
    from crackling_lambdas.logic.shard_files import ShardFiles


@dataclass(frozen=True)
class IndexCache:
    """Scores guides. Of each shard it has all but the places, which scores do not need: a hole in the file.

    Of a genome that is annotated it has them too, as they tell in which genes the guides are.
    """

    objects: ObjectStore
    files: ShardFiles

    def score(self, genome: Genome, guides: Sequence[str]) -> list[Specificity]:
        """Score guides against a genome that is ready.

        The shards are taken one after another, so that they need not fit on the disk together. Those that are there come
        first: with the others fetched last, some are there again for the next chunk.
        """
        tally = Tally(guides)
        for shard in self._shards(genome):
            tally.add(shard)
        return tally.scores()

    def perfect_matches(self, genome: Genome, guides: Sequence[str]) -> list[list[OffTarget]]:
        """The places of guides in a genome that is annotated."""
        listings = [Listing(guide, 0) for guide in guides]
        for shard in self._shards(genome):
            for listing in listings:
                listing.add(shard)
        return [listing.off_targets() for listing in listings]

    def _shards(self, genome: Genome) -> Iterator[Shard]:
        fetch = self._fetch_whole if genome.annotated else self._fetch
        for file in sorted(genome.files, key=lambda file: file not in self.files):
            yield self.files.use(file, fetch)

    def _fetch(self, file: IndexFile, path: Path) -> Shard:
        header = read_header(self.objects, file)
        ranges = header.ranges(without=POSITION_SECTIONS)
        self.files.make_room(sum(end - start for start, end in ranges))
        self.objects.download(file.key, path, ranges)
        return Shard.open(path, positions=False)

    def _fetch_whole(self, file: IndexFile, path: Path) -> Shard:
        self.files.make_room(file.bytes)
        self.objects.download(file.key, path)
        return Shard.open(path)


def read_header(objects: ObjectStore, file: IndexFile) -> Header:
    """The header of an index that is in the bucket."""
    return Header.decode(objects.read(file.key, 0, HEADER_BYTES), file.key)
