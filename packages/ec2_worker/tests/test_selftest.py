from __future__ import annotations

from typing import TYPE_CHECKING

import oracle
from crackling.specificity import Specificity
from crackling_worker import selftest

if TYPE_CHECKING:
    import pytest


def test_the_known_scores_are_the_textbooks() -> None:
    contigs = dict(block.split("\n", 1) for block in selftest.tiny_genome().split(">")[1:])
    score = oracle.score(selftest.GUIDE, oracle.find_locations(contigs), 4)
    assert Specificity(round(score.mit, 4), round(score.cfd, 4), score.counts) == selftest.KNOWN


def test_it_passes() -> None:
    assert selftest.self_test() == 0


def test_a_wrong_score_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "KNOWN", Specificity(30.0, 96.9036, (2, 2, 2, 2, 2)))
    assert selftest.self_test() == 1


def test_a_build_that_fails_fails_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(selftest, "build_index", build)
    assert selftest.self_test() == 1
