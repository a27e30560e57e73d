"""Choose where a genome is prepared, and estimate how long that takes from earlier preparations.

The estimate is START_SECONDS + bases / BASES_PER_SECOND, multiplied by a correction: the median ratio between the time
that a preparation took and this formula, over the genomes of the same venue that are nearest in size. Without earlier
preparations the estimate is the benchmark's figure. From three on, a single outlier (NCBI could not be reached, for
example) no longer matters, and the more there are, the less the shape of the formula matters.

The item of a ready genome tells how long its preparation took, from claim to ready. All genomes are read whenever a
preparation begins and whenever a user has searched: the table is small, and neither happens often.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import median
from typing import TYPE_CHECKING, Final

from crackling_aws.models.genomes import Venue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.genomes import GenomeStore

MAX_NEIGHBOURS: Final = 9
# The time until the download begins: messages and cold starts, or the boot of a machine.
START_SECONDS: Final = {Venue.LAMBDA: 15.0, Venue.WORKER: 150.0}
# From `nox -s bench -- --limits` on six processors (docs/performance.md).
BASES_PER_SECOND: Final = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """Estimate preparations in this deployment: genomes of up to `lambda_limit_bases` bases go to functions."""

    genomes: GenomeStore
    lambda_limit_bases: int

    def venue(self, bases: int) -> Venue:
        """Return where a genome of this size is prepared."""
        return Venue.LAMBDA if bases <= self.lambda_limit_bases else Venue.WORKER

    def of(self, sizes: Sequence[int]) -> list[float]:
        """Return the expected seconds from claim to ready for genomes of the given sizes in bases."""
        past = list(self.genomes.list()) if sizes else []
        return [expected_seconds(bases, self.venue(bases), past) for bases in sizes]


def expected_seconds(bases: int, venue: Venue, past: Iterable[Genome]) -> float:
    """Return the model's estimate, based on genomes that are ready."""

    def distance(known: tuple[int, float]) -> float:
        return abs(log(known[0] / max(bases, 1)))

    ratios = [
        (genome.bases, genome.preparation_seconds / _benchmark_seconds(genome.bases, venue))
        for genome in past
        if genome.venue is venue and genome.bases and genome.preparation_seconds
    ]
    nearest = [ratio for _, ratio in sorted(ratios, key=distance)[:MAX_NEIGHBOURS]]
    return max(1, _benchmark_seconds(bases, venue) * (median(nearest) if nearest else 1))


def _benchmark_seconds(bases: int, venue: Venue) -> float:
    return START_SECONDS[venue] + bases / BASES_PER_SECOND
