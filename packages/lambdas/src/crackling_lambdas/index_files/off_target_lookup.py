"""List one guide's off-targets from only the needed parts of an index, within one API request.

A whole index has gigabytes; a guide reads some 460 buckets of it, and the places of what it finds. The directories that
say where those lie come whole, once; the rest comes in blocks as it is needed, and stays for the next guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard
from crackling.specificity.layout import LIST_SECTIONS
from crackling_lambdas.index_files.parts import Parts

if TYPE_CHECKING:
    from pathlib import Path

    from crackling.specificity import OffTarget
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.shard_files import ShardFiles

SMALL = 32 * 1024 * 1024  # bytes of an index that is fetched whole: one round trip instead of four


@dataclass(frozen=True, kw_only=True)
class PlaceFinder:
    """List off-targets."""

    objects: ObjectStore
    files: ShardFiles

    def off_targets(self, genome: Genome, guide: str, most: int) -> tuple[int, list[OffTarget]]:
        """Return how many off-targets a guide has in a genome that is ready, and the riskiest of them.

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
        return Parts(objects=self.objects, files=self.files).open(file, path, LIST_SECTIONS)
