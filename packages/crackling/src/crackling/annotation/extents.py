"""Store the position of each whole gene, and the other names that it has."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling.annotation.gff import Gene


class Extents(NamedTuple):
    """A row for each contig that a gene is on: the numbers of both, its first base, and the one behind its last."""

    genes: array[int]
    contigs: array[int]
    starts: array[int]
    ends: array[int]


def extents(genes: Sequence[Gene]) -> Extents:
    """Return the extents of genes, which are numbered in the order given."""
    table = Extents(array("I"), array("I"), array("I"), array("I"))
    for number, gene in enumerate(genes):
        for contig in sorted({span.contig for span in gene.spans}):
            spans = [span for span in gene.spans if span.contig == contig]
            row = (number, contig, min(span.start for span in spans), max(span.end for span in spans))
            for column, value in zip(table, row, strict=True):
                column.append(value)
    return table


def alias_table(genes: Sequence[Gene]) -> dict[str, list[int]]:
    """Return the numbers of the genes that have each alias."""
    table: dict[str, list[int]] = defaultdict(list)
    for number, gene in enumerate(genes):
        for alias in gene.aliases:
            table[alias].append(number)
    return dict(table)
