from __future__ import annotations

import pytest

from crackling.sequences.progress import read_with_progress
from crackling_aws.preparation.progress import BuildProgress


@pytest.fixture
def told():
    return []


def test_a_shard_is_done_when_it_is_written(told):
    tell = BuildProgress(lambda *bar: told.append(bar), 1000)
    for stage, done, total in (
        ("reading", 500, 0), ("reading", 1000, 0), ("sorting", 1, 2), ("sorting", 2, 2), ("writing", 3, 3),
    ):  # fmt: skip
        tell(stage, done, total)
    assert told == [(150, 1000), (300, 1000), (600, 1000), (900, 1000), (1000, 1000)]


def test_shards_add_up(told):
    tell = BuildProgress(lambda *bar: told.append(bar), 1000)
    for read in (600, 1000):
        tell("reading", read, 0)
        tell("sorting", 5, 10)
        tell("writing", 3, 3)
    assert told == [(180, 1000), (360, 1000), (600, 1000), (720, 1000), (840, 1000), (1000, 1000)]


def test_a_genome_of_unknown_size_is_as_large_as_what_was_read(told):
    BuildProgress(lambda *bar: told.append(bar), 0)("reading", 10, 0)
    assert told == [(3, 10)]


def test_what_is_read_is_told(told, tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    with (tmp_path / "file").open("rb") as stream:
        assert len(read_with_progress(stream, told.append).read()) == 3_000_000
    assert told == sorted(told)
    assert (len(told) >= 3, told[-1]) == (True, 3_000_000)
