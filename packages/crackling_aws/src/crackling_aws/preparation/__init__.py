"""Preparing a genome, step by step: the same code in the functions and on a worker."""
