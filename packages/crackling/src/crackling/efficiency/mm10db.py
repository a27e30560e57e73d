"""mm10db's rules: composition, and a secondary structure that keeps the scaffold (Sunagawa et al. 2016, Cell Rep. 14:662).

The fold takes milliseconds, the other rules microseconds: it comes last, and only for guides that passed the others.
"""

from __future__ import annotations

import re
from typing import NamedTuple

SCAFFOLD = "GUUUUAGAGCUAGAAAUAGCAAGUUAAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"
LEAST_AT, MOST_AT = 0.20, 0.65
KEPT_ENERGY, LOST_ENERGY = -30.0, -18.0  # kcal/mol

# The scaffold's own structure, from the 29th base of guide and scaffold; the 21 bases between its two parts are free.
_KEPT = re.compile(r".{28}\({4}\.{4}\){4}\.{3}\){4}.{21}\({4}\.{4}\){4}\({7}\.{3}\){7}\.{3}")


class Fold(NamedTuple):
    """The structure of least free energy, in dot-bracket notation (100 characters), and its energy in kcal/mol."""

    structure: str
    energy: float


def passes_composition(guide: str, pam: str) -> bool:
    """No T first, 20 to 65 % A and T in the 20 nt, no TTTT in the 23 nt."""
    at = (guide.count("A") + guide.count("T")) / len(guide)
    return not guide.startswith("T") and LEAST_AT <= at <= MOST_AT and "TTTT" not in guide + pam


def transcript(guide: str) -> str:
    """What is folded: the guide's RNA, its first base always G (as the promoter wants it), and the scaffold."""
    return "G" + guide[1:].replace("T", "U") + SCAFFOLD


def fold(rna: str) -> Fold:
    """By ViennaRNA with its default parameters, energy as the program RNAfold prints it (2 decimals)."""
    import RNA  # only functions that fold need the library

    structure, energy = RNA.fold(rna)
    return Fold(structure, round(energy, 2))


def keeps_scaffold(structure: str) -> bool:
    return _KEPT.fullmatch(structure) is not None


def passes_fold(folded: Fold) -> bool:
    """At least -30 kcal/mol where the scaffold keeps its structure, otherwise above -18."""
    if keeps_scaffold(folded.structure):
        return folded.energy >= KEPT_ENERGY
    return folded.energy > LOST_ENERGY
