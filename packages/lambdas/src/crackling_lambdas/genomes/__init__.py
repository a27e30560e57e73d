"""Manage genomes: upload, claim and the start of a preparation."""
