"""List one guide's off-targets from only the needed parts of an index.

An index has gigabytes, but the search for one guide reads only about 460 of its buckets and the positions of the sites that it
finds. The directories, which locate buckets and positions, are downloaded once and as a whole; everything else is downloaded
block by block when it is needed, and kept for the next guide.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.specificity import Listing, Shard
from crackling.specificity.layout import LIST_SECTIONS
from crackling_lambdas.index_files.damage import telling_damage
from crackling_lambdas.index_files.lookup_watch import Unwatched
from crackling_lambdas.index_files.parts import Parts
from crackling_lambdas.index_files.shard_files import ShardFiles

if TYPE_CHECKING:
    from crackling.specificity import OffTarget
    from crackling_aws.models.genomes import Genome, IndexFile
    from crackling_aws.stores.multipart import OnBytes
    from crackling_aws.stores.objects import ObjectStore
    from crackling_lambdas.index_files.lookup_watch import LookupWatch

MAX_WHOLE_BYTES = (
    32 * 1024 * 1024
)  # of an index that is downloaded as a whole: one round trip instead of four


@dataclass(kw_only=True)
class OffTargetLookup:
    """List the off-targets of guides from parts of indexes."""

    objects: ObjectStore
    files: ShardFiles
    _watch: LookupWatch = field(
        default_factory=Unwatched, init=False
    )  # of the current search: files outlive it

    def off_targets(
        self, genome: Genome, guide: str, most: int, watch: LookupWatch
    ) -> tuple[int, list[OffTarget]]:
        """Return how many off-targets a guide has in a genome that is ready, and the riskiest of them.

        The positions of the other off-targets are not downloaded: a guide in a human repeat has tens of thousands.

        What `watch` raises ends the search; the parts that have come are kept.

        Raises:
            DamagedIndexError: the index cannot be used.
        """
        self._watch = watch
        watch.begin(len(genome.files))
        listing = Listing(guide, most=most)
        with telling_damage(genome):
            for file in sorted(genome.files, key=lambda file: file not in self.files):
                listing.add(self.files.use(file, self._download))
                watch.searched()
            return listing.total, listing.off_targets()

    def _download(self, file: IndexFile, path: Path) -> Shard:
        on_bytes = _increments(self._watch)
        if file.bytes <= MAX_WHOLE_BYTES:
            self.files.make_room(file.bytes)
            self.objects.download(file.key, path, on_bytes=on_bytes)
            return Shard.open(path)
        parts = Parts(objects=self.objects, files=self.files, before_fetch=self._before_fetch)
        return parts.open(file, path, LIST_SECTIONS, on_bytes)

    def _before_fetch(self, size_bytes: int) -> None:
        self._watch.fetch(size_bytes)


def make_off_target_finder(objects: ObjectStore) -> OffTargetLookup:
    """Return a lookup that keeps parts of indexes in the function's folder for temporary files."""
    return OffTargetLookup(
        objects=objects, files=ShardFiles(folder=Path(tempfile.gettempdir(), "off-targets"))
    )


def _increments(watch: LookupWatch) -> OnBytes:
    """Return a function that tells the watch what has come since its last call."""
    before = 0

    def on_bytes(done: int, _total: int) -> None:
        nonlocal before
        watch.fetch(done - before)
        before = done

    return on_bytes
