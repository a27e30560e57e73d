"""Measure folding: ViennaRNA and the kernel, on the same guides in one run."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from crackling.efficiency import viennarna
from crackling.efficiency.folding import fold_all
from crackling.efficiency.mm10db import SCAFFOLD, transcript
from genomes import sample_guides
from report import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling.efficiency.structures import Fold
    from genomes import Genome
    from report import Report

GUIDES = 20_000
FEW_GUIDES = 100  # as many as ViennaRNA folds in half a second
ROUNDS = 5
TIMES_FASTER = 250
FIRST_FOLD = "from crackling.efficiency.folding import fold_all; fold_all(['G' * 20])"


def measure_folding(report: Report, genome: Genome) -> None:
    """Measure both folders in turn and return the best of some rounds.

    The load of the machine is the same for both in each round.
    """
    guides = [transcript(guide) for guide in sample_guides(genome.fasta, GUIDES)]
    few = guides[:FEW_GUIDES]
    theirs = one = two = float("inf")
    for _ in range(ROUNDS):
        theirs = min(theirs, _microseconds(lambda: _fold_one_by_one(few), len(few)))
        one = min(one, _microseconds(lambda: fold_all(guides, threads=1), len(guides)))
        two = min(two, _microseconds(lambda: fold_all(guides, threads=2), len(guides)))
    agreed = "the same folds" if list(fold_all(few).values()) == _fold_one_by_one(few) else "OTHER FOLDS"
    name = genome.name
    report.add(Figure(name, "fold, ViennaRNA", theirs, "us a guide", note="RNA.fold() of guide and scaffold"))
    note = f"{len(guides):,} of its own guides; {agreed}"
    report.add(Figure(name, "fold, kernel, 1 thread", one, "us a guide", note=note))
    report.add(Figure(name, "fold, kernel", theirs / one, "x ViennaRNA", TIMES_FASTER, at_least=True))
    report.add(Figure(name, "fold, kernel, 2 threads", one / two, "x one", 1.8, at_least=True))
    report.add(
        Figure(
            name,
            "first fold",
            _seconds_to_first_fold(),
            "s",
            note="a new process: imports, parameters, tables",
        )
    )


def _fold_one_by_one(guides: list[str]) -> list[Fold]:
    return [viennarna.fold(guide + SCAFFOLD) for guide in guides]


def _microseconds(work: Callable[[], object], guides: int) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) / guides * 1e6


def _seconds_to_first_fold() -> float:
    def run() -> None:
        subprocess.run([sys.executable, "-c", FIRST_FOLD], check=True)

    return min(_microseconds(run, 1) for _ in range(ROUNDS)) / 1e6
