"""Store where each gene lies, and the other names that it has."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crackling.annotation.gene_models import Gene


class Extents(NamedTuple):
    """A row for each location of a gene: the numbers of gene and contig, its first base, and the base after its last."""

    genes: array[int]
    contigs: array[int]
    starts: array[int]
    ends: array[int]


@dataclass(frozen=True, slots=True)
class LocationsAndAliases:
    """The locations and the aliases of genes, which are noted while the genes pass by, numbered in their order."""

    extents: Extents = field(default_factory=lambda: Extents(array("I"), array("I"), array("I"), array("I")))
    aliases: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def passing(self, genes: Iterable[Gene]) -> Iterator[Gene]:
        for number, gene in enumerate(genes):
            for location in _locations(gene):
                for column, value in zip(self.extents, (number, *location), strict=True):
                    column.append(value)
            for alias in gene.aliases:
                self.aliases[alias].append(number)
            yield gene


def _locations(gene: Gene) -> Iterator[tuple[int, int, int]]:
    """Yield contig, start and end of each location of a gene; locations that overlap or touch are joined."""
    last: tuple[int, int, int] | None = None
    for contig, start, end, _ in sorted(gene.locations):
        if last is not None and last[0] == contig and start <= last[2]:
            last = contig, last[1], max(end, last[2])
            continue
        if last is not None:
            yield last
        last = contig, start, end
    if last is not None:
        yield last
