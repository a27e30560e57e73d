"""Choose where a genome is prepared, and estimate how long that takes from earlier preparations.

The model is START + bases / PACE, times how the genomes of the same venue that are nearest in size compare with it: the
median of their ratios. So the first genome of a deployment is told the bench's figures; one odd preparation (NCBI was out
of reach, for example) counts for nothing once there are three; and the more there are, the less the formula's shape matters.

What a preparation took is its genome's own record, from claim to ready. The genomes are read when a preparation begins, and
when a user has searched: the table is small, and neither is often.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from statistics import median
from typing import TYPE_CHECKING, Final

from crackling_aws.models.genomes import Part, Venue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.genomes import GenomeStore

NEAREST: Final = 9
# Seconds until the first byte is fetched: messages and cold starts, or a machine that boots.
START: Final = {Venue.LAMBDA: 15.0, Venue.WORKER: 150.0}
# Bases a second, with bowtie2's index and without: from `nox -s bench -- --limits`, six processors (docs/performance.md).
PACE: Final = {True: 2_800_000, False: 20_000_000}


@dataclass(frozen=True, kw_only=True)
class Expectations:
    """Estimate preparations in this deployment: genomes of up to `lambda_limit` bases go to functions."""

    genomes: GenomeStore
    lambda_limit: int
    with_bowtie2: bool

    def venue(self, bases: int) -> Venue:
        """Return where a genome of this size is prepared."""
        return Venue.LAMBDA if bases <= self.lambda_limit else Venue.WORKER

    def of(self, sizes: Sequence[int]) -> list[float]:
        """Return the expected seconds from claim to ready for genomes of the given sizes in bases."""
        past = list(self.genomes.list()) if sizes else []
        return [
            expected_seconds(bases, self.venue(bases), past, with_bowtie2=self.with_bowtie2)
            for bases in sizes
        ]


def expected_seconds(bases: int, venue: Venue, past: Iterable[Genome], *, with_bowtie2: bool) -> float:
    """Return the model's estimate, based on genomes that are ready."""

    def distance(known: tuple[int, float]) -> float:
        return abs(log(known[0] / max(bases, 1)))

    ratios = [
        (
            genome.bases,
            genome.took / _by_bench(genome.bases, venue, with_bowtie2=Part.BOWTIE2 in genome.parts),
        )
        for genome in past
        if genome.venue is venue and genome.bases and genome.took
    ]
    nearest = [ratio for _, ratio in sorted(ratios, key=distance)[:NEAREST]]
    return max(1, _by_bench(bases, venue, with_bowtie2=with_bowtie2) * (median(nearest) if nearest else 1))


def _by_bench(bases: int, venue: Venue, *, with_bowtie2: bool) -> float:
    return START[venue] + bases / PACE[with_bowtie2]
