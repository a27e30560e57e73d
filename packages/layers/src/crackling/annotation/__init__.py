"""Annotation: the genes of a genome, and what stands at a place."""

from crackling.annotation.locus import UNKNOWN, Locus

__all__ = ["UNKNOWN", "Locus"]
