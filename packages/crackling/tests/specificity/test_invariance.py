"""What a search finds does not depend on key widths, shares of the mismatches, instruction sets, threads."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError
from crackling.specificity import Index, OffTarget, Specificity, search
from crackling.specificity.kernel import ISA_VARIABLE, MAX_MISMATCHES, available_isas
from crackling.specificity.plan import Keys, bulk_pays
from support.building import ALL_KEYS, built, chosen, possible_radii

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ctypes import Array, c_uint64
    from pathlib import Path

    from crackling.specificity.kernel import Search, Totals
    from crackling.specificity.shard import Shard
    from support.planted import Planted

ISAS = available_isas()
Results = tuple[list[Specificity], list[list[OffTarget]]]


def results(index: Index, guides: Sequence[str], k: int, threads: int = 1) -> Results:
    return index.score(guides, k, threads=threads), [index.off_targets(guide, k) for guide in guides]


@pytest.fixture(scope="module")
def expected(rich: Planted, rich_index: Path) -> list[Results]:
    """By k, as the plainest way has them; test_agreement.py compares this index with the oracle."""
    with chosen(isa="scalar"), Index.open(rich_index) as index:
        return [results(index, rich.guides, k) for k in range(MAX_MISMATCHES + 1)]


@pytest.mark.parametrize("keys", ALL_KEYS, ids=lambda keys: f"{keys.prefix_nt}+{keys.suffix_nt}")
def test_key_widths_radii_and_instruction_sets(
    rich: Planted, expected: list[Results], tmp_path: Path, keys: Keys
) -> None:
    path = built(rich.contigs, tmp_path / "keys.issl", keys=keys)
    with Index.open(path) as index:
        assert (index.shards[0].header.prefix_nt, index.shards[0].header.suffix_nt) == (
            keys.prefix_nt,
            keys.suffix_nt,
        )
        for k in range(MAX_MISMATCHES + 1):
            scores, off_targets = expected[k]
            for radius, isa, bulk in product(possible_radii(keys, k), ISAS, (False, True)):
                with chosen(radius=radius, isa=isa, bulk=bulk):
                    assert index.score(rich.guides, k, threads=1) == scores, (k, radius, isa, bulk)
            # The same walk: one share of the mismatches and one instruction set each, in turn, is enough.
            for i, guide in enumerate(rich.guides):
                radii = possible_radii(keys, k)
                with chosen(radius=radii[i % len(radii)], isa=ISAS[(i + k) % len(ISAS)]):
                    assert index.off_targets(guide, k) == off_targets[i], (k, guide)
    path.unlink()  # the wide ones have 130 MB


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("bulk", [False, True])
def test_threads(
    rich: Planted, rich_index: Path, expected: list[Results], threads: int, isa: str, bulk: bool
) -> None:
    """In more batches than threads; each guide is searched once, and answered as often as it was asked for."""
    told: list[int] = []
    guides = rich.guides * 50
    with chosen(isa=isa, bulk=bulk, GUIDES_A_TASK=2, GUIDES_IN_BULK=1), Index.open(rich_index) as index:
        scored = index.score(guides, 4, threads=threads, progress=told.append)
    assert scored == expected[4][0] * 50
    assert len(told) > 1
    assert told == sorted(told)
    assert told[-1] == len(guides)


def test_equal_guides_are_searched_once(
    rich: Planted, rich_index: Path, expected: list[Results], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []

    def add_and_count(
        shard: Shard, chosen: Search, compatible: bool, guides: Array[c_uint64], totals: Array[Totals]
    ) -> None:
        searched.append(len(guides))
        search.add_totals_one_by_one(shard, chosen, compatible, guides, totals)

    monkeypatch.setattr(search, "add_totals_together", add_and_count)
    with chosen(bulk=True), Index.open(rich_index) as index:
        assert index.score(rich.guides * 3, 4, threads=1) == expected[4][0] * 3
    assert searched == [len(set(rich.guides))]


@pytest.mark.parametrize(
    ("guides", "batches"),
    [
        (0, 0),
        (256, 1),
        (399, 2),
        (400, 1),
        (65_536, 1),
        (65_537, 2),
    ],
)
def test_few_guides_are_searched_one_by_one(rich_index: Path, guides: int, batches: int) -> None:
    """On one thread; a batch of guides that are searched one by one has up to 256."""
    with Index.open(rich_index) as index:
        assert search.batch_count(index.shards[0], guides, 1) == batches


def test_large_genomes_want_more_guides_for_a_bulk_search() -> None:
    """26 million sites (human 20 + X): guide by guide is as fast as together at about 800 guides."""
    keys = Keys(11, 9)
    assert not bulk_pays(26_564_773, keys, 700)
    assert bulk_pays(26_564_773, keys, 1000)


def test_forced_instruction_set_that_is_not_there(rich_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ISA_VARIABLE, "mmx")
    with Index.open(rich_index) as index, pytest.raises(InputError, match=r"mmx.*choose from scalar"):
        index.score(["ACGT" * 5])
