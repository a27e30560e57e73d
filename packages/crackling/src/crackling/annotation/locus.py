"""Define the locus: the gene and the feature at a location."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Feature(IntEnum):
    """The part of a gene that a location is in. If several apply, the lowest value counts."""

    CDS = 0
    EXON = 1
    INTRON = 2
    INTERGENIC = 3

    @property
    def label(self) -> str:
        return "CDS" if self is Feature.CDS else self.name.lower()


@dataclass(frozen=True, slots=True)
class Locus:
    """The genes and the feature at a location. Both are None if there is no annotation, or it does not have the contig.

    Attributes:
        gene: the genes, joined by '; '; None if there is none.
        feature: CDS, exon, intron or intergenic.
    """

    gene: str | None
    feature: str | None


UNKNOWN = Locus(None, None)
