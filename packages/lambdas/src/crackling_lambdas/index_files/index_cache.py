"""Score with indexes kept on the function's disk, so that only its first chunk of a genome waits for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard, Tally
from crackling.specificity.layout import POSITION_SECTIONS, Section
from crackling_aws.stores.objects import CONNECTIONS
from crackling_lambdas.index_files.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from crackling.specificity import OffTarget, Specificity
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles


@dataclass(frozen=True, kw_only=True)
class IndexCache:
    """Scores guides. Of each shard it has all but the places, which scores do not need: a hole in the file.

    Of a genome that is annotated it fetches those of the guides, as they tell in which genes these are.
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
        """Return the places of guides in a genome that is annotated."""
        listings = [Listing(guide, 0) for guide in guides]
        with ThreadPoolExecutor(CONNECTIONS) as pool:  # each waits for places of its own
            for shard in self._shards(genome):
                list(pool.map(lambda listing, shard=shard: listing.add(shard), listings))
        return [listing.off_targets() for listing in listings]

    def _shards(self, genome: Genome) -> Iterator[Shard]:
        fetch = self._fetch_with_places if genome.annotated else self._fetch
        for file in sorted(genome.files, key=lambda file: file not in self.files):
            yield self.files.use(file, fetch)

    def _fetch(self, file: IndexFile, path: Path) -> Shard:
        Parts(objects=self.objects, files=self.files).fetch(file, path, without=POSITION_SECTIONS)
        return Shard.open(path, positions=False)

    def _fetch_with_places(self, file: IndexFile, path: Path) -> Shard:
        return Parts(objects=self.objects, files=self.files).open(
            file, path, frozenset({Section.OCCURRENCES})
        )
