"""Provide the version of Crackling, the methods that it implements, and their publications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import crackling
from crackling import publications
from crackling.specificity.layout import VERSION as INDEX_FORMAT

if TYPE_CHECKING:
    from crackling.publications import Publication

VERSION = crackling.__version__
MODEL = "sgRNA Scorer 2.0 (linear, 20 x 4 bases); MIT weights of 2013; CFD weights of 2016"


@dataclass(frozen=True, slots=True)
class Method:
    """A published method: its name, the columns that it computes, and its publications."""

    name: str
    gives: str
    publications: tuple[Publication, ...]

    @property
    def citation(self) -> str:
        """Return all publications on one line."""
        return "; ".join(publication.citation for publication in self.publications)


METHODS = (
    Method(
        "Crackling",
        "efficient: at least as many of the three methods as asked for accept the guide",
        (publications.CONSENSUS, publications.CRACKLING),
    ),
    Method("CHOPCHOP", "chopchop: base 20 is G", (publications.CHOPCHOP,)),
    Method(
        "mm10db",
        "mm10db: composition, and a fold that keeps the scaffold's structure",
        (publications.MM10DB,),
    ),
    Method("ViennaRNA", "structure, energy", (publications.VIENNA_RNA,)),
    Method(
        "sgRNA Scorer 2.0",
        "sgrnascorer2, sgrnascorer2_score: accepted from 0",
        (publications.SGRNA_SCORER,),
    ),
    Method(
        "MIT",
        "mit: 10000 / (100 + sum of local scores of imperfect matches), 100 is best",
        (publications.MIT,),
    ),
    Method(
        "CFD", "cfd: 10000 / (100 + sum of local scores of all matches), 100 is best", (publications.CFD,)
    ),
)

__all__ = ["INDEX_FORMAT", "METHODS", "MODEL", "VERSION", "Method"]
