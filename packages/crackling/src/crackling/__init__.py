"""Crackling designs CRISPR-Cas9 guides against any genome.

    >>> import crackling
    >>> with crackling.open_genome("GCF_000840245.1") as genome:
    ...     guides = crackling.design(region="cI", genome=genome)
    >>> guides.write("cI.xlsx")

build_index() indexes a genome, open_genome() opens a FASTA file, an index or an accession of NCBI, and design(), score_guides()
and find_off_targets() search it. All errors that are raised on purpose are a CracklingError.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crackling.annotation import Locus
    from crackling.annotation.annotation import Annotation, Position, read_annotation
    from crackling.errors import CracklingError, IndexFileError, InputError, StorageError, TransferError
    from crackling.genomes import Genome, download_genome, open_genome, open_index
    from crackling.guide_design import design, find_guides
    from crackling.guide_scores import find_off_targets, score_guides
    from crackling.guides.sites import Site
    from crackling.results import FORMATS, Design, Format, Target
    from crackling.sequences.fasta import Contig, read_fasta
    from crackling.specificity import Index, IndexSummary, OffTarget, Specificity, build_index

__version__ = "0.2.0"  # x-release-please-version

__all__ = [
    "FORMATS",
    "Annotation",
    "Contig",
    "CracklingError",
    "Design",
    "Format",
    "Genome",
    "Index",
    "IndexFileError",
    "IndexSummary",
    "InputError",
    "Locus",
    "OffTarget",
    "Position",
    "Site",
    "Specificity",
    "StorageError",
    "Target",
    "TransferError",
    "__version__",
    "build_index",
    "design",
    "download_genome",
    "find_guides",
    "find_off_targets",
    "open_genome",
    "open_index",
    "read_annotation",
    "read_fasta",
    "score_guides",
]

# Modules are imported when they are first used: importing the client of NCBI alone takes longer than a short design.
_MODULES = {
    "crackling.annotation.annotation": ("Annotation", "Position", "read_annotation"),
    "crackling.annotation.locus": ("Locus",),
    "crackling.errors": ("CracklingError", "IndexFileError", "InputError", "StorageError", "TransferError"),
    "crackling.genomes": ("Genome", "download_genome", "open_genome", "open_index"),
    "crackling.guide_design": ("design", "find_guides"),
    "crackling.guide_scores": ("find_off_targets", "score_guides"),
    "crackling.guides.sites": ("Site",),
    "crackling.results": ("FORMATS", "Design", "Format", "Target"),
    "crackling.sequences.fasta": ("Contig", "read_fasta"),
    "crackling.specificity": ("Index", "IndexSummary", "OffTarget", "Specificity", "build_index"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


if not TYPE_CHECKING:  # a type checker would take any name for one that __getattr__() knows

    def __getattr__(name: str) -> object:
        """Import what __all__ names when it is first used."""
        if name not in _MODULE_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found: object = getattr(import_module(_MODULE_OF[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
