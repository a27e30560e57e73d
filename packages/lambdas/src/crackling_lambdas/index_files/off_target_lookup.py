"""List one guide's off-targets from only the needed parts of an index, within one API request.

An index has gigabytes, but the search for one guide reads only about 460 of its buckets and the positions of the sites that it
finds. The directories, which locate buckets and positions, are downloaded once and as a whole; everything else is downloaded
block by block when it is needed, and kept for the next guide. If that takes longer than a request may, the request is refused
for the moment, and the next one finds what has come.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard
from crackling.specificity.layout import LIST_SECTIONS
from crackling_lambdas.index_files.damage import telling_damage
from crackling_lambdas.index_files.parts import Parts
from crackling_lambdas.index_files.time_limit import TimeLimit

if TYPE_CHECKING:
    from pathlib import Path

    from crackling.specificity import OffTarget
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles

MAX_WHOLE_BYTES = (
    32 * 1024 * 1024
)  # of an index that is downloaded as a whole: one round trip instead of four
# API Gateway waits 29 s. A cold start and the genes of a large genome need the others.
LIMIT_SECONDS = 20.0


@dataclass(frozen=True, kw_only=True)
class OffTargetLookup:
    """List the off-targets of guides from parts of indexes."""

    objects: ObjectStore
    files: ShardFiles
    limit: TimeLimit = field(default_factory=lambda: TimeLimit(seconds=LIMIT_SECONDS))

    def off_targets(self, genome: Genome, guide: str, most: int) -> tuple[int, list[OffTarget]]:
        """Return how many off-targets a guide has in a genome that is ready, and the riskiest of them.

        The positions of the other off-targets are not downloaded: a guide in a human repeat has tens of thousands.

        Raises:
            NotYetError: the time of a request was over before all parts had come; those that have come are kept.
            DamagedIndexError: the index cannot be used.
        """
        self.limit.begin()
        listing = Listing(guide, most=most)
        with telling_damage(genome):
            for file in sorted(genome.files, key=lambda file: file not in self.files):
                listing.add(self.files.use(file, self._download))
            return listing.total, listing.off_targets()

    def _download(self, file: IndexFile, path: Path) -> Shard:
        if file.bytes <= MAX_WHOLE_BYTES:
            self.files.make_room(file.bytes)
            self.objects.download(file.key, path, on_bytes=self._on_bytes)
            return Shard.open(path)
        parts = Parts(objects=self.objects, files=self.files, before_fetch=self.limit.check)
        return parts.open(file, path, LIST_SECTIONS, self._on_bytes)

    def _on_bytes(self, _done: int, _total: int) -> None:
        self.limit.check()
