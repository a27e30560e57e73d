"""Keep the annotation that a function used last: loading it takes milliseconds, but downloading it takes longer."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crackling.annotation.annotation import read_prepared
from crackling_aws.stores import keys

if TYPE_CHECKING:
    from crackling.annotation.annotation import Annotation
    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.objects import ObjectStore


@dataclass(kw_only=True)
class Annotations:
    """Download annotations, and keep the last one in memory."""

    objects: ObjectStore
    _last: tuple[str, Annotation] | None = field(default=None, init=False)  # with its key

    def of(self, genome: Genome) -> Annotation | None:
        """Return the annotation of a genome that is ready, if it has one."""
        if not genome.annotated or genome.claim is None:
            return None
        key = keys.genes(genome.genome_id, genome.claim)
        if self._last is None or self._last[0] != key:
            self._last = key, read_prepared(io.BytesIO(self.objects.get(key)))
        return self._last[1]
