"""Fold many guides on one scaffold.

1. Each distinct guide is folded once. Guides are sorted by their last bases, because the kernel is faster when these are equal.
2. The kernel folds the guides, in threads. It reads the energy parameters from the installed ViennaRNA and finds the same folds,
   a few hundred times faster.
3. Whatever the kernel cannot fold is folded by ViennaRNA, and the log says so.
"""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING

from crackling.efficiency import fold_parameters, viennarna
from crackling.efficiency.fold_kernel import ScaffoldTables
from crackling.efficiency.mm10db import SCAFFOLD
from crackling.threads import map_in_threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crackling.efficiency.structures import Fold

GUIDES_A_TASK = 256
# Kernel and ViennaRNA must agree on this guide before the kernel is used. Its fold has bulges and interior loops.
PROBE = "GACUGACUGACUGACUGACU"

logger = logging.getLogger(__name__)


def fold_all(
    guides: Iterable[str],
    scaffold: str = SCAFFOLD,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Fold]:
    """Fold each distinct guide with the scaffold behind it.

    Args:
        guides: RNAs of 20 nt (A, C, G, U).
        scaffold: the RNA that follows the guide.
        threads: how many threads fold; default: one for each processor.
        progress: is called with the number of guides folded so far and the number of all.

    Returns:
        The folds, in the order in which the guides first appear.
    """
    distinct = list(dict.fromkeys(guides))
    by_ending = sorted(distinct, key=lambda guide: guide[::-1])
    tasks = [by_ending[i : i + GUIDES_A_TASK] for i in range(0, len(by_ending), GUIDES_A_TASK)]
    tables = kernel_tables(scaffold) if tasks else None
    folds: dict[str, Fold] = {}
    for task, found in zip(
        tasks, map_in_threads(functools.partial(_fold, tables, scaffold), tasks, threads), strict=True
    ):
        folds.update(zip(task, found, strict=True))
        if progress:
            progress(len(folds), len(distinct))
    return {guide: folds[guide] for guide in distinct}


def _fold(tables: ScaffoldTables | None, scaffold: str, guides: Sequence[str]) -> list[Fold]:
    if tables is None:
        return [viennarna.fold(guide + scaffold) for guide in guides]
    folds = tables.fold(guides)
    if left := folds.count(None):
        logger.warning(
            "folding %d of %d guides with ViennaRNA: the kernel could not fold them", left, len(guides)
        )
    return [fold or viennarna.fold(guide + scaffold) for guide, fold in zip(guides, folds, strict=True)]


def kernel_tables(scaffold: str = SCAFFOLD) -> ScaffoldTables | None:
    """Return the kernel's tables for a scaffold, or None if ViennaRNA must fold; the log says why."""
    if settings := viennarna.unusual_settings():
        logger.warning(
            "folding with ViennaRNA, which is slow: the kernel does not support its settings %s", settings
        )
        return None
    return _prepared(scaffold)


@functools.lru_cache(maxsize=8)
def _prepared(scaffold: str) -> ScaffoldTables | None:
    """Prepare the tables for a scaffold, once in each process."""
    try:
        tables = ScaffoldTables(_energies(), scaffold)
    except ValueError as error:
        logger.warning("folding with ViennaRNA %s, which is slow: %s", viennarna.version(), error)
        return None
    if tables.fold([PROBE])[0] not in (None, viennarna.fold(PROBE + scaffold)):
        logger.warning(
            "folding with ViennaRNA %s, which is slow: the kernel folds %s differently",
            viennarna.version(),
            PROBE,
        )
        return None
    return tables


@functools.cache
def _energies() -> fold_parameters.Energies:
    return fold_parameters.from_viennarna(viennarna.parameter_sections())
