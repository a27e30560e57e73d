"""Folds equal those of RNA.fold(), for every kind of guide, any scaffold and any number of threads."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crackling.efficiency import viennarna
from crackling.efficiency.folding import GUIDES_A_TASK, fold_all
from crackling.efficiency.mm10db import SCAFFOLD
from support.rnas import ALPHABETS, NT, biased_guides, genome_guides, random_rna

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

# The usual scaffold with its A-U pair flipped and its hairpin extended (Chen et al. 2013, Cell 155:1479).
FLIPPED = "GUUUAAGAGCUAUGCUGGAAACAGCAUAGCAAGUUUAAAUAAGGCUAGUCCGUUAUCAACUUGAAAAAGUGGCACCGAGUCGGUGCUUUU"


@pytest.fixture(autouse=True)
def _the_kernel_folds(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail if ViennaRNA folded a guide, which the log would say: the comparison would prove nothing."""
    yield
    assert not caplog.records


def assert_as_viennarna(guides: Iterable[str], scaffold: str = SCAFFOLD) -> None:
    for guide, folded in fold_all(guides, scaffold).items():
        assert folded == viennarna.fold(guide + scaffold), guide + scaffold


def test_random_guides() -> None:
    rng = random.Random(1)
    assert_as_viennarna(random_rna(rng) for _ in range(200))


def test_biased_guides() -> None:
    """The guides have many pairs or few, ties, hairpins, or parts that disrupt the scaffold."""
    assert_as_viennarna(biased_guides(240, seed=2))


@pytest.mark.parametrize("genome", ["ecoli_k12_mg1655.fa.gz", "lambda_phage.fa"])
def test_guides_of_genomes(reference: Path, genome: str) -> None:
    assert_as_viennarna(genome_guides(reference / "genomes" / genome, 150, seed=3))


@pytest.mark.parametrize("bases", ["ACGU", "GU"])
def test_another_scaffold(bases: str) -> None:
    rng = random.Random(4)
    assert_as_viennarna((random_rna(rng, alphabet=bases) for _ in range(100)), FLIPPED)


@given(data=st.data())
def test_any_scaffold(data: st.DataObject) -> None:
    alphabet = data.draw(st.sampled_from(ALPHABETS), "alphabet")
    scaffold = data.draw(st.text(alphabet, min_size=8, max_size=104), "scaffold")
    guide = st.text(data.draw(st.sampled_from(("ACGU", alphabet))), min_size=NT, max_size=NT)
    assert_as_viennarna(data.draw(st.lists(guide, min_size=1, max_size=4), "guides"), scaffold)


def test_threads_agree_and_each_guide_is_folded_once() -> None:
    rng = random.Random(7)
    guides = [random_rna(rng) for _ in range(4 * GUIDES_A_TASK + 5)]
    told: list[tuple[int, int]] = []
    several = fold_all(guides + guides, threads=3, progress=lambda done, total: told.append((done, total)))
    assert several == fold_all(guides, threads=1)
    assert list(several) == list(dict.fromkeys(guides))
    assert told == sorted(set(told))
    assert told[-1] == (len(several), len(several))


def test_neighbours_change_nothing() -> None:
    """A guide is folded beside up to fifteen others; alone it has the same fold."""
    guides = biased_guides(40, seed=5)
    together = fold_all(guides)
    assert all(fold_all([guide]) == {guide: together[guide]} for guide in guides)


def test_nothing_to_fold() -> None:
    assert fold_all([]) == {}
