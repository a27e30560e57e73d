"""Look up the genes of off-targets, and of guides by their perfect matches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crackling.annotation.annotation import Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling.annotation.annotation import Annotation
    from crackling.annotation.locus import Locus
    from crackling.specificity import OffTarget, Specificity

MAX_MATCHES = 50  # perfect matches of a guide whose genes are looked up: a guide in a repeat has thousands


def annotate(off_targets: Iterable[OffTarget], annotation: Annotation) -> list[OffTarget]:
    """Return off-targets with their gene and feature."""
    found = ((one, annotation.at(_position(one))) for one in off_targets)
    return [replace(one, gene=locus.gene, feature=locus.feature) for one, locus in found]


def locus_of(perfect_matches: Sequence[OffTarget], annotation: Annotation) -> Locus:
    """Return the locus of a guide's perfect matches; unknown if it has none."""
    return annotation.at(*map(_position, perfect_matches))


def guides_to_locate(guides: Sequence[str], scores: Sequence[Specificity]) -> list[str]:
    """Return the guides whose perfect matches are looked up: each once, and none that lies in a repeat."""
    matched = zip(guides, scores, strict=True)
    return list(dict.fromkeys(guide for guide, score in matched if 0 < score.counts[0] <= MAX_MATCHES))


def _position(off_target: OffTarget) -> Position:
    return Position(off_target.contig, off_target.start, off_target.end)
