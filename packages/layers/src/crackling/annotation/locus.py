"""What an annotation says of a place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Locus:
    """gene: the genes there, joined by '; '; None where there is none. feature: CDS, exon, intron or intergenic.

    Both are None where the annotation knows nothing of the contig, or where there is no annotation.
    """

    gene: str | None
    feature: str | None


UNKNOWN = Locus(None, None)
