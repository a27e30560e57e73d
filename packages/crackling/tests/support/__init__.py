"""Helpers that several tests share: genomes with planted near-repeats, and their indexes."""
