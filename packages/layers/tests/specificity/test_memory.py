"""A human genome must fit one Lambda: what is not needed any more is given back."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from crackling.specificity import builder
from crackling.specificity.genome import Genome
from support.building import built

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.planted import Planted


def test_the_genome_is_freed_before_the_suffix_list_is_made(
    rich: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a byte a base: 1.5 GB of a human one."""
    held: list[int] = []
    make = builder.Builder._suffix_list

    def make_and_look(build: builder.Builder) -> object:
        gc.collect()
        genomes = [thing for thing in gc.get_objects() if isinstance(thing, Genome)]
        held.append(sum(len(genome.packed) for genome in genomes))
        return make(build)

    monkeypatch.setattr(builder.Builder, "_suffix_list", make_and_look)
    built(rich.contigs, tmp_path / "small.issl", threads=2)
    assert held == [0]
