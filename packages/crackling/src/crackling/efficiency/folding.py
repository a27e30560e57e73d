"""Folding many RNAs on all cores. ViennaRNA keeps the interpreter's lock, so the workers are processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from crackling.efficiency.mm10db import Fold, fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

FEW = 64  # folds that take less time than starting the workers
FOLDS_A_TASK = 16


def fold_all(
    rnas: Iterable[str], workers: int | None = None, progress: Callable[[int, int], None] | None = None
) -> dict[str, Fold]:
    """The fold of each distinct RNA.

    Args:
        rnas: sequences of A, C, G, U.
        workers: processes; default: all processors. With 1, nothing but this process is used.
        progress: is told how many are done, of how many.
    """
    distinct = list(dict.fromkeys(rnas))
    processes = min(workers or os.cpu_count() or 1, -(-len(distinct) // FEW))
    if processes <= 1:
        return dict(_collect(distinct, map(fold, distinct), progress))
    # Workers are forked from a clean server, never from this process: it may have threads.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([fold.__module__, "RNA"])
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_leave_interrupts_to_parent) as pool:
        folds = pool.map(fold, distinct, chunksize=FOLDS_A_TASK)
        try:
            return dict(_collect(distinct, folds, progress))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _collect(
    rnas: list[str], folds: Iterable[Fold], progress: Callable[[int, int], None] | None
) -> Iterable[tuple[str, Fold]]:
    for done, pair in enumerate(zip(rnas, folds, strict=True), start=1):
        if progress:
            progress(done, len(rnas))
        yield pair


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
