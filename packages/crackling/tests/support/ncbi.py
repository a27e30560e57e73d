"""Helpers for the tests of the client of NCBI."""

from typing import TypeAlias

from crackling.ncbi import RetryPolicy

Stage: TypeAlias = tuple[
    str, int, int
]  # the arguments of a Progress: the stage, how much is done, and of how much

LAMBDA = "GCF_000840245.1"
HURRIED = RetryPolicy(
    connect_seconds=0.5,
    silence_seconds=0.5,
    min_bytes_per_second=2_000,
    attempts=4,
    file_attempts=4,
    total_wait_seconds=4,
    first_wait_seconds=0.01,
    max_wait_seconds=0.05,
)
