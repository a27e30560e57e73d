"""Read the genes of a genome, and look up what lies at a location."""

from crackling.annotation.locus import UNKNOWN, Feature, Locus

__all__ = ["UNKNOWN", "Feature", "Locus"]
