"""Read the guides of a query: candidate sites of a sequence, lists of guides, and regions of a genome."""
