"""Kernel and oracle agree on random genomes with planted near-repeats, whatever way the kernel takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

import oracle
from crackling.specificity.index import Index
from crackling.specificity.kernel import MAX_MISMATCHES, available_isas
from support.building import ALL_KEYS, assert_equals_oracle, built, chosen, possible_radii
from support.planted import Planted, planted_genomes
from support.separate import separate_sections

if TYPE_CHECKING:
    from pathlib import Path

QUICK_KEYS = [
    keys for keys in ALL_KEYS if max(keys.prefix_nt, keys.suffix_nt) <= 10
]  # wider ones: test_invariance.py


@pytest.mark.usefixtures("unmeasured")
@given(genome=planted_genomes(), data=st.data())
def test_random_genomes(tmp_path: Path, genome: Planted, data: st.DataObject) -> None:
    keys = data.draw(st.sampled_from(QUICK_KEYS), "keys")
    k = data.draw(st.integers(0, MAX_MISMATCHES), "k")
    radius = data.draw(st.sampled_from(possible_radii(keys, k)), "radius")
    isa = data.draw(st.sampled_from(available_isas()), "isa")
    threads = data.draw(st.integers(1, 3), "threads")
    bulk = data.draw(st.booleans(), "bulk")
    without_t, as_ngg = (
        data.draw(st.booleans(), "index compatible"),
        data.draw(st.booleans(), "score compatible"),
    )
    path = built(genome.contigs, tmp_path / "random.issl", compatible=without_t, threads=threads, keys=keys)
    locations = oracle.find_locations(genome.contigs, compatible=without_t)
    with (
        chosen(radius=radius, isa=isa, bulk=bulk, GUIDES_A_TASK=2, GUIDES_IN_BULK=3),
        Index.open(path) as index,
    ):
        separate_sections(index)
        assert index.shards[0].header.sites == len(locations)
        assert index.shards[0].header.distinct_sites == len({place.site for place in locations})
        assert_equals_oracle(index, genome.guides, locations, k, compatible=as_ngg, threads=threads)


@pytest.mark.parametrize("k", range(MAX_MISMATCHES + 1))
@pytest.mark.parametrize("as_ngg", [False, True])
@pytest.mark.parametrize("isa", available_isas())
@pytest.mark.parametrize("bulk", [False, True])
def test_rich_genome(
    rich: Planted,
    rich_locations: list[oracle.Location],
    rich_index: Path,
    k: int,
    as_ngg: bool,
    isa: str,
    bulk: bool,
) -> None:
    with chosen(isa=isa, bulk=bulk), Index.open(rich_index) as index:
        assert_equals_oracle(index, rich.guides, rich_locations, k, compatible=as_ngg)


def test_compatible_index_of_the_rich_genome(rich: Planted, tmp_path: Path) -> None:
    locations = oracle.find_locations(rich.contigs, compatible=True)
    assert len(locations) < len(oracle.find_locations(rich.contigs))
    with Index.open(built(rich.contigs, tmp_path / "compatible.issl", compatible=True)) as index:
        assert index.shards[0].header.compatible
        assert_equals_oracle(index, rich.guides, locations, 4)
