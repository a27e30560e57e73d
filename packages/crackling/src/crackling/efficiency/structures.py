"""Secondary structures in dot-bracket notation: a dot is an unpaired base, matching brackets are a base pair."""

from __future__ import annotations

from typing import NamedTuple


class Fold(NamedTuple):
    """The structure of minimum free energy of a guide and its scaffold, in dot-bracket notation, and its energy in kcal/mol."""

    structure: str
    energy: float


def base_pairs(structure: str, offset: int = 0) -> frozenset[tuple[int, int]]:
    """Return the base pairs of a structure as pairs of positions, which count from `offset`."""
    opened: list[int] = []
    pairs = []
    for position, symbol in enumerate(structure, start=offset):
        if symbol == "(":
            opened.append(position)
        elif symbol == ")":
            pairs.append((opened.pop(), position))
    return frozenset(pairs)
