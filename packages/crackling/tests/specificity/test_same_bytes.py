"""An index has the same bytes, however the work of building it is divided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.specificity import builder
from crackling.specificity.kernel import PARTITIONS
from support.building import built, chosen

if TYPE_CHECKING:
    import ctypes
    from pathlib import Path

    from support.planted import Planted

    Counts = ctypes.Array[ctypes.c_uint64]


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
def test_threads(rich: Planted, rich_index: Path, tmp_path: Path, threads: int) -> None:
    assert (
        built(rich.contigs, tmp_path / "again.issl", threads=threads).read_bytes() == rich_index.read_bytes()
    )


def test_smaller_tasks(rich: Planted, rich_index: Path, tmp_path: Path) -> None:
    with chosen(MANY_SITES=1):
        path = built(rich.contigs, tmp_path / "again.issl", threads=3)
    assert path.read_bytes() == rich_index.read_bytes()


@pytest.mark.parametrize("records", [1, 300, 1000])
@pytest.mark.parametrize("threads", [1, 3])
def test_groups_of_partitions(
    rich: Planted,
    rich_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    records: int,
    threads: int,
) -> None:
    """A genome too large to sort at once is sorted in groups of partitions."""
    groups: list[tuple[int, int]] = []
    scatter = builder.Builder._scatter

    def counted(build: builder.Builder, counts: list[Counts], first: int, last: int) -> Counts:
        groups.append((first, last))
        return scatter(build, counts, first, last)

    monkeypatch.setattr(builder.Builder, "_scatter", counted)
    with chosen(RECORDS_AT_ONCE=records):
        path = built(rich.contigs, tmp_path / "grouped.issl", threads=threads)
    assert len(groups) > 1
    assert [groups[0][0], groups[-1][1]] == [0, PARTITIONS]
    assert path.read_bytes() == rich_index.read_bytes()
