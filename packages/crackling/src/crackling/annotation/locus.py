"""What an annotation says of a place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Feature(IntEnum):
    """What a place is in a gene; of several, the least counts."""

    CDS = 0
    EXON = 1
    INTRON = 2
    INTERGENIC = 3

    @property
    def label(self) -> str:
        return "CDS" if self is Feature.CDS else self.name.lower()


@dataclass(frozen=True, slots=True)
class Locus:
    """gene: the genes there, joined by '; '; None where there is none. feature: CDS, exon, intron or intergenic.

    Both are None where the annotation knows nothing of the contig, or where there is no annotation.
    """

    gene: str | None
    feature: str | None


UNKNOWN = Locus(None, None)
