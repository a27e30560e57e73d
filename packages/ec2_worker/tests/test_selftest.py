from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import oracle
from crackling.specificity import Specificity
from crackling_worker import selftest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bowtie2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that writes as many files as the real one: the image's test runs that."""
    program = tmp_path / "bowtie2-build-s"
    program.write_text('#!/bin/sh\nfor n in 1 2 3 4 5 6; do : > "$5.$n.bt2"; done\n')
    program.chmod(0o755)
    monkeypatch.setattr(selftest, "bowtie2_program", lambda: program)
    return program


def test_the_known_scores_are_the_textbooks() -> None:
    contigs = dict(block.split("\n", 1) for block in selftest.tiny_genome().split(">")[1:])
    score = oracle.score(selftest.GUIDE, oracle.find_locations(contigs), 4)
    assert Specificity(round(score.mit, 4), round(score.cfd, 4), score.counts) == selftest.KNOWN


def test_it_passes(bowtie2: Path) -> None:
    assert selftest.self_test() == 0


def test_a_wrong_score_fails_it(bowtie2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "KNOWN", Specificity(30.0, 96.9036, (2, 2, 2, 2, 2)))
    assert selftest.self_test() == 1


@pytest.mark.parametrize("program", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\n"])
def test_a_broken_bowtie2_fails_it(bowtie2: Path, program: str) -> None:
    bowtie2.write_text(program)
    assert selftest.self_test() == 1


def test_a_build_that_fails_fails_it(bowtie2: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(selftest, "build_index", build)
    assert selftest.self_test() == 1
