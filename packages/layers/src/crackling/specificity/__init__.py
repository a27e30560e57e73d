"""Specificity: an index of all sites of a genome, and the guides' scores against it."""

from crackling.specificity.build import IndexSummary, build_index
from crackling.specificity.index import Index, OffTarget, Specificity

__all__ = ["Index", "IndexSummary", "OffTarget", "Specificity", "build_index"]
