"""Assess the efficiency of guides by all three methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.efficiency import chopchop, mm10db, sgrnascorer2
from crackling.efficiency.folding import fold_all
from crackling.efficiency.mm10db import SCAFFOLD
from crackling.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crackling.efficiency.structures import Fold
    from crackling.guides.sites import Site


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The verdicts on a guide. structure (dot-bracket) and energy (kcal/mol) are None if it was not folded."""

    chopchop: bool
    mm10db: bool
    sgrnascorer2: bool
    sgrnascorer2_score: float
    structure: str | None
    energy: float | None

    @property
    def consensus(self) -> int:
        """Return how many of the three methods accept the guide: 0 to 3."""
        return self.chopchop + self.mm10db + self.sgrnascorer2


def assess(
    sites: Sequence[Site],
    *,
    all_folds: bool = False,
    scaffold: str = SCAFFOLD,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Efficiency]:
    """Assess sites by CHOPCHOP, mm10db and sgRNA Scorer 2.0.

    Args:
        sites: what find_sites() found.
        all_folds: fold every guide, not only those whose mm10db verdict depends on it. No verdict changes.
        scaffold: the RNA that follows the guide (A, C, G, U); mm10db's verdict depends on it.
        threads: how many threads fold; default: one for each processor.
        progress: called with the number of folds that are done and the number of all folds.

    Returns:
        In the order of `sites`.

    Raises:
        InputError: the scaffold is empty or has other letters.
    """
    if not scaffold or not set(scaffold) <= set("ACGU"):
        raise InputError(f"{scaffold[:80]!r} is not a scaffold; write its RNA with the letters A, C, G, U")
    passed = [mm10db.passes_composition(site.guide, site.pam) for site in sites]
    rnas = [
        mm10db.transcript(site.guide) if ok or all_folds else None
        for site, ok in zip(sites, passed, strict=True)
    ]
    folds = fold_all((rna for rna in rnas if rna), scaffold, threads, progress)
    # A site has a fold only if its own verdict needs one, so the other sites of the batch change nothing.
    return [
        _assess_site(site, ok, folds[rna] if rna else None, scaffold)
        for site, ok, rna in zip(sites, passed, rnas, strict=True)
    ]


def _assess_site(site: Site, composition: bool, folded: Fold | None, scaffold: str) -> Efficiency:
    decision = sgrnascorer2.score(site.guide)
    return Efficiency(
        chopchop=chopchop.accepts(site.guide),
        mm10db=composition and folded is not None and mm10db.passes_fold(folded, scaffold),
        sgrnascorer2=sgrnascorer2.accepts(decision),
        sgrnascorer2_score=decision,
        structure=folded.structure if folded else None,
        energy=folded.energy if folded else None,
    )
