"""Prepare a genome step by step, with the same code in the functions and on a worker."""
