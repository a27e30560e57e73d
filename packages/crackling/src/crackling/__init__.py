"""Crackling: designs CRISPR-Cas9 guides. The science alone, nothing of the cloud."""

__version__ = "0.1.0"
