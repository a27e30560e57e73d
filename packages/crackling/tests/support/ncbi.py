"""What tests of the client of NCBI share."""

from crackling.ncbi import Patience

LAMBDA = "GCF_000840245.1"
HURRIED = Patience(
    connect=0.5,
    silence=0.5,
    slowest=2_000,
    attempts=4,
    file_attempts=4,
    total=4,
    first_wait=0.01,
    longest_wait=0.05,
)
