"""What tests of the client of NCBI share."""

from crackling.ncbi import RetryPolicy

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
