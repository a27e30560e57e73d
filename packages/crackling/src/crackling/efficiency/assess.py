"""The three verdicts on each site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.efficiency import chopchop, mm10db, sgrnascorer2
from crackling.efficiency.folding import fold_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crackling.efficiency.mm10db import Fold
    from crackling.guides.sites import Site


@dataclass(frozen=True, slots=True)
class Efficiency:
    """The verdicts. structure (dot-bracket) and energy (kcal/mol) are None where nothing was folded."""

    chopchop: bool
    mm10db: bool
    sgrnascorer2: bool
    sgrnascorer2_score: float
    structure: str | None
    energy: float | None

    @property
    def consensus(self) -> int:
        """How many of the three accept: 0 to 3."""
        return self.chopchop + self.mm10db + self.sgrnascorer2


def assess(
    sites: Sequence[Site],
    *,
    all_folds: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Efficiency]:
    """Judge sites by CHOPCHOP, mm10db and sgRNA Scorer 2.0.

    Args:
        sites: what find_sites() found.
        all_folds: fold every guide, not only those whose mm10db verdict depends on it. No verdict changes.
        workers: processes that fold; default: all processors.
        progress: is told how many folds are done, of how many.

    Returns:
        In the order of `sites`.
    """
    passed = [mm10db.passes_composition(site.guide, site.pam) for site in sites]
    rnas = [
        mm10db.transcript(site.guide) if ok or all_folds else None
        for site, ok in zip(sites, passed, strict=True)
    ]
    folds = fold_all((rna for rna in rnas if rna), workers, progress)
    # A site shows a fold only if its own verdict asked for it: what else is in the batch changes nothing.
    return [
        _judge(site, ok, folds[rna] if rna else None)
        for site, ok, rna in zip(sites, passed, rnas, strict=True)
    ]


def _judge(site: Site, composition: bool, folded: Fold | None) -> Efficiency:
    decision = sgrnascorer2.score(site.guide)
    return Efficiency(
        chopchop=chopchop.accepts(site.guide),
        mm10db=composition and folded is not None and mm10db.passes_fold(folded),
        sgrnascorer2=sgrnascorer2.accepts(decision),
        sgrnascorer2_score=decision,
        structure=folded.structure if folded else None,
        energy=folded.energy if folded else None,
    )
