"""mm10db's rules: composition, and a secondary structure that keeps the scaffold (Sunagawa et al. 2016, Cell Rep. 14:662).

Folding takes longer than the other rules together, so only guides that pass those are folded.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from crackling.efficiency import viennarna
from crackling.efficiency.structures import base_pairs
from crackling.guides.sites import GUIDE_NT

if TYPE_CHECKING:
    from crackling.efficiency.structures import Fold

SCAFFOLD = "GUUUUAGAGCUAGAAAUAGCAAGUUAAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"
MIN_AT, MAX_AT = 0.20, 0.65
KEPT_ENERGY, LOST_ENERGY = -30.0, -18.0  # kcal/mol

# The usual scaffold's own structure, from the 29th base of guide and scaffold; the 21 bases between its two parts are free.
_KEPT = re.compile(r".{28}\({4}\.{4}\){4}\.{3}\){4}.{21}\({4}\.{4}\){4}\({7}\.{3}\){7}\.{3}")


def passes_composition(guide: str, pam: str) -> bool:
    """Return whether a guide begins with no T, has 20 to 65 % A and T in 20 nt, and no TTTT in 23 nt."""
    at = (guide.count("A") + guide.count("T")) / len(guide)
    return not guide.startswith("T") and MIN_AT <= at <= MAX_AT and "TTTT" not in guide + pam


def transcript(guide: str) -> str:
    """Return the guide's RNA. Its first base is always G, as the promoter wants it."""
    return "G" + guide[1:].replace("T", "U")


def keeps_scaffold(structure: str, scaffold: str = SCAFFOLD) -> bool:
    """Return whether the scaffold keeps its own structure in the fold of a guide.

    For the usual scaffold, that is the published pattern. Any other scaffold keeps its structure if the fold contains every base
    pair that the scaffold forms when it is folded alone.
    """
    if scaffold == SCAFFOLD:
        return _KEPT.fullmatch(structure) is not None
    return _own_pairs(scaffold) <= base_pairs(structure)


@functools.lru_cache(maxsize=8)
def _own_pairs(scaffold: str) -> frozenset[tuple[int, int]]:
    """Return the base pairs of the scaffold when it is folded alone, at their positions behind a guide."""
    return base_pairs(viennarna.fold(scaffold).structure, GUIDE_NT)


def passes_fold(folded: Fold, scaffold: str = SCAFFOLD) -> bool:
    """Return whether the energy is at least -30 kcal/mol if the scaffold keeps its structure, else above -18."""
    if keeps_scaffold(folded.structure, scaffold):
        return folded.energy >= KEPT_ENERGY
    return folded.energy > LOST_ENERGY
