from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crackling.sequences.progress import read_with_progress
from crackling_aws.preparation.progress import BuildProgress

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def reported() -> list[tuple[int, int]]:
    return []


def test_a_shard_is_done_when_it_is_written(reported: list[tuple[int, int]]) -> None:
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=1000)
    for stage, done, total in (
        ("reading", 500, 0), ("reading", 1000, 0), ("sorting", 1, 2), ("sorting", 2, 2), ("writing", 3, 3),
    ):  # fmt: skip
        progress(stage, done, total)
    assert reported == [(150, 1000), (300, 1000), (600, 1000), (900, 1000), (1000, 1000)]


def test_shards_add_up(reported: list[tuple[int, int]]) -> None:
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=1000)
    for read in (600, 1000):
        progress("reading", read, 0)
        progress("sorting", 5, 10)
        progress("writing", 3, 3)
    assert reported == [(180, 1000), (360, 1000), (600, 1000), (720, 1000), (840, 1000), (1000, 1000)]


def test_a_genome_of_unknown_size_is_as_large_as_what_was_read(reported: list[tuple[int, int]]) -> None:
    BuildProgress(report=lambda *bar: reported.append(bar), bases=0)("reading", 10, 0)
    assert reported == [(3, 10)]


def test_what_is_read_is_reported(tmp_path: Path) -> None:
    reported: list[int] = []
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    with (tmp_path / "file").open("rb") as stream:
        assert len(read_with_progress(stream, reported.append).read()) == 3_000_000
    assert reported == sorted(reported)
    assert (len(reported) >= 3, reported[-1]) == (True, 3_000_000)
