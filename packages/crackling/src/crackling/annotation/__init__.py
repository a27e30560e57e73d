"""Annotation: the genes of a genome, and what stands at a place."""

from crackling.annotation.locus import UNKNOWN, Feature, Locus

__all__ = ["UNKNOWN", "Feature", "Locus"]
