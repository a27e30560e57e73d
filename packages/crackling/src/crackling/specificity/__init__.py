"""Index all sites of a genome, and score guides against them."""

from crackling.specificity.build import IndexSummary, build_index
from crackling.specificity.index import Index
from crackling.specificity.offtargets import Listing, OffTarget
from crackling.specificity.search import Specificity, Tally
from crackling.specificity.shard import Shard

__all__ = ["Index", "IndexSummary", "Listing", "OffTarget", "Shard", "Specificity", "Tally", "build_index"]
