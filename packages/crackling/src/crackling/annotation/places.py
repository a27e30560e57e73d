"""What an annotation says of off-targets, and of guides by their perfect matches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crackling.annotation.annotation import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling.annotation.annotation import Annotation
    from crackling.annotation.locus import Locus
    from crackling.specificity import OffTarget, Specificity

MAX_MATCHES = 50  # perfect matches of a guide whose genes are told: one in a repeat has thousands


def annotate(off_targets: Iterable[OffTarget], annotation: Annotation) -> list[OffTarget]:
    """Off-targets with their gene and feature."""
    found = ((place, annotation.at(_position(place))) for place in off_targets)
    return [replace(place, gene=locus.gene, feature=locus.feature) for place, locus in found]


def locus_of(perfect_matches: Sequence[OffTarget], annotation: Annotation) -> Locus:
    """Where a guide's perfect matches stand; unknown if it has none."""
    return annotation.at(*map(_position, perfect_matches))


def guides_to_place(guides: Sequence[str], scores: Sequence[Specificity]) -> list[str]:
    """Those whose perfect matches are to be looked up: each once, and none of a repeat."""
    matched = zip(guides, scores, strict=True)
    return list(dict.fromkeys(guide for guide, score in matched if 0 < score.counts[0] <= MAX_MATCHES))


def _position(place: OffTarget) -> Position:
    return Position(place.contig, place.start, place.end)
