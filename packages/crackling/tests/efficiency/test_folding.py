"""Folding on several processes gives what one process gives."""

import random

from crackling.efficiency.folding import FEW, fold_all
from crackling.efficiency.mm10db import transcript


def test_processes_agree_with_one_and_each_rna_is_folded_once() -> None:
    rng = random.Random(7)
    rnas = [transcript("".join(rng.choices("ACGT", k=20))) for _ in range(2 * FEW)]
    told = []
    several = fold_all(rnas + rnas, workers=2, progress=lambda done, total: told.append((done, total)))
    assert several == fold_all(rnas, workers=1)
    assert list(several) == list(dict.fromkeys(rnas))
    assert told[-1] == (len(several), len(several))


def test_nothing_to_fold() -> None:
    assert fold_all([]) == {}
