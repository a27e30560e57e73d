"""Get genomes from NCBI: find assemblies, download and verify them, and cache them on this machine."""

from crackling.errors import TransferError
from crackling.ncbi.assembly import ACCESSION, Assembly
from crackling.ncbi.datasets import NCBI_URL, Ncbi
from crackling.ncbi.download import RemoteFile
from crackling.ncbi.retry import RetryPolicy

__all__ = ["ACCESSION", "NCBI_URL", "Assembly", "Ncbi", "RemoteFile", "RetryPolicy", "TransferError"]
