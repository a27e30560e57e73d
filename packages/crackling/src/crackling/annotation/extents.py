"""Store where each gene lies, and the other names that it has."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crackling.annotation.gene_models import Gene


class Extents(NamedTuple):
    """A row for each location of a gene: the numbers of gene and contig, its first base, and the base after its last."""

    genes: array[int]
    contigs: array[int]
    starts: array[int]
    ends: array[int]


def extents(genes: Sequence[Gene]) -> Extents:
    """Return the extents of genes, which are numbered in the order given."""
    table = Extents(array("I"), array("I"), array("I"), array("I"))
    for number, gene in enumerate(genes):
        for location in _locations(gene):
            for column, value in zip(table, (number, *location), strict=True):
                column.append(value)
    return table


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


def alias_table(genes: Sequence[Gene]) -> dict[str, list[int]]:
    """Return the numbers of the genes that have each alias."""
    table: dict[str, list[int]] = defaultdict(list)
    for number, gene in enumerate(genes):
        for alias in gene.aliases:
            table[alias].append(number)
    return dict(table)
