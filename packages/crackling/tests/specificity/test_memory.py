"""An index of a human genome must be built in one Lambda, so memory is freed as early as possible."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

from crackling.specificity import builder
from crackling.specificity.packed_genome import PackedGenome
from support.building import built, chosen

if TYPE_CHECKING:
    from ctypes import Array, c_uint64
    from pathlib import Path

    import pytest

    from support.planted import Planted


def test_the_genome_is_freed_before_the_suffix_list_is_made(
    rich: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The genome has half a byte a base: 1.5 GB for a human one."""
    held: list[int] = []
    make = builder.Builder._suffix_list

    def make_and_look(build: builder.Builder) -> object:
        gc.collect()
        genomes = [thing for thing in gc.get_objects() if isinstance(thing, PackedGenome)]
        held.append(sum(len(genome.packed) for genome in genomes))
        return make(build)

    monkeypatch.setattr(builder.Builder, "_suffix_list", make_and_look)
    built(rich.contigs, tmp_path / "small.issl", threads=2)
    assert held == [0]


def test_a_groups_records_are_freed_before_the_next_groups(
    rich: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records have eight bytes a site: 2 GB for a human genome."""
    records: list[weakref.ref[object]] = []
    alive: list[int] = []
    scatter = builder.Builder._scatter

    def scatter_and_look(
        build: builder.Builder, counts: list[Array[c_uint64]], first: int, last: int
    ) -> Array[c_uint64]:
        gc.collect()
        alive.append(sum(record() is not None for record in records))
        made = scatter(build, counts, first, last)
        records.append(weakref.ref(made))
        return made

    monkeypatch.setattr(builder.Builder, "_scatter", scatter_and_look)
    with chosen(RECORDS_AT_ONCE=300):
        built(rich.contigs, tmp_path / "small.issl", threads=2)
    assert len(alive) > 2
    assert not any(alive)
