"""Score with indexes that stay on the function's disk, so that only the first chunk of a genome waits for a download."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard, Tally
from crackling.specificity.layout import POSITION_SECTIONS, Section
from crackling_aws.stores.objects import CONNECTIONS
from crackling_lambdas.index_files.damage import telling_damage
from crackling_lambdas.index_files.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crackling.specificity import OffTarget, Specificity
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.multipart import OnBytes
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles


@dataclass(frozen=True, kw_only=True)
class IndexCache:
    """Score guides with shards on the disk.

    Scores do not need the positions of sites, so that section of a file remains a hole. If the genome is annotated, the
    positions of the guides are downloaded, because they determine the genes of the guides.
    """

    objects: ObjectStore
    files: ShardFiles

    def score(
        self, genome: Genome, guides: Sequence[str], on_bytes: OnBytes | None = None
    ) -> list[Specificity]:
        """Score guides against a genome that is ready; `on_bytes` is called while a shard is downloaded.

        The shards are used one after another, so that they need not fit on the disk together. Those on the disk are used first:
        the shards that are downloaded last are then still there for the next chunk.

        Raises:
            DamagedIndexError: the index cannot be used.
        """
        tally = Tally(guides)
        with telling_damage(genome):
            for shard in self._shards(genome, on_bytes):
                tally.add(shard)
            return tally.scores()

    def perfect_matches(self, genome: Genome, guides: Sequence[str]) -> list[list[OffTarget]]:
        """Return the perfect matches of each guide in a genome that is annotated.

        Raises:
            DamagedIndexError: the index cannot be used.
        """
        listings = [Listing(guide, 0) for guide in guides]
        # Each guide waits for its own positions.
        with telling_damage(genome), ThreadPoolExecutor(CONNECTIONS) as pool:
            for shard in self._shards(genome):
                list(pool.map(lambda listing, shard=shard: listing.add(shard), listings))
        return [listing.off_targets() for listing in listings]

    def _shards(self, genome: Genome, on_bytes: OnBytes | None = None) -> Iterator[Shard]:
        download = partial(
            self._download_with_positions if genome.annotated else self._download, on_bytes=on_bytes
        )
        for file in sorted(genome.files, key=lambda file: file not in self.files):
            yield self.files.use(file, download)

    def _download(self, file: IndexFile, path: Path, on_bytes: OnBytes | None) -> Shard:
        Parts(objects=self.objects, files=self.files).download(file, path, POSITION_SECTIONS, on_bytes)
        return Shard.open(path, positions=False)

    def _download_with_positions(self, file: IndexFile, path: Path, on_bytes: OnBytes | None) -> Shard:
        return Parts(objects=self.objects, files=self.files).open(
            file, path, frozenset({Section.OCCURRENCES}), on_bytes
        )
