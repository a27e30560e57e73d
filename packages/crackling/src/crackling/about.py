"""What this is: versions, methods, and who published them."""

from __future__ import annotations

from dataclasses import dataclass

import crackling
from crackling.specificity.layout import VERSION as INDEX_FORMAT

VERSION = crackling.__version__
MODEL = "sgRNA Scorer 2.0 (linear, 20 x 4 bases); MIT weights of 2013; CFD weights of 2016"


@dataclass(frozen=True, slots=True)
class Method:
    """A method that a result rests on: what it is called, what it gives, and its publication."""

    name: str
    gives: str
    citation: str


METHODS = (
    Method(
        "Crackling",
        "efficient: at least so many of the three methods accept the guide",
        "Bradford and Perrin 2019, PLoS Comput. Biol. 15:e1007274; Bradford et al. 2022, CRISPR J. 5:410",
    ),
    Method("CHOPCHOP", "chopchop: base 20 is G", "Labun et al. 2019, Nucleic Acids Res. 47:W171"),
    Method(
        "mm10db",
        "mm10db: composition, and a fold that keeps the scaffold",
        "Sunagawa et al. 2016, Cell Rep. 14:662",
    ),
    Method("ViennaRNA", "structure, energy", "Lorenz et al. 2011, Algorithms Mol. Biol. 6:26"),
    Method(
        "sgRNA Scorer 2.0",
        "sgrnascorer2, sgrnascorer2_score: accepted from 0",
        "Chari et al. 2017, ACS Synth. Biol. 6:902",
    ),
    Method(
        "MIT",
        "mit: 10000 / (100 + sum of local scores of imperfect matches), 100 is best",
        "Hsu et al. 2013, Nat. Biotechnol. 31:827",
    ),
    Method(
        "CFD",
        "cfd: 10000 / (100 + sum of local scores of all matches), 100 is best",
        "Doench et al. 2016, Nat. Biotechnol. 34:184",
    ),
)

__all__ = ["INDEX_FORMAT", "METHODS", "MODEL", "VERSION", "Method"]
