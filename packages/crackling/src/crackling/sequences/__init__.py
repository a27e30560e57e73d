"""Sequence files: FASTA (plain, compressed, BGZF with its tables), and files that are read or written whole."""
