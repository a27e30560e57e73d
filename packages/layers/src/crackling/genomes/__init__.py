"""Genomes from NCBI: what there is, fetching it verified, and keeping it on this machine."""

from crackling.errors import TransferError
from crackling.genomes.assembly import ACCESSION, Assembly
from crackling.genomes.ncbi import NCBI_URL, Ncbi
from crackling.genomes.patience import Patience
from crackling.genomes.transfer import RemoteFile

__all__ = ["ACCESSION", "NCBI_URL", "Assembly", "Ncbi", "Patience", "RemoteFile", "TransferError"]
