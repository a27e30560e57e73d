from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from crackling.sequences.progress import read_with_progress
from crackling.specificity import build_index
from crackling_aws.models.genomes import Phase
from crackling_aws.preparation.progress import BuildProgress

if TYPE_CHECKING:
    from pathlib import Path


Reported = list[tuple[int, int, Phase]]


@pytest.fixture
def reported() -> Reported:
    return []


def test_the_phases_follow_each_other_to_the_end(reported: Reported) -> None:
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=1000)
    for stage, done, total in (
        ("downloading", 5, 10), ("downloading", 10, 10), ("reading", 500, 0), ("reading", 1000, 0),
        ("sorting", 0, 0), ("sorting", 1, 2), ("sorting", 2, 2), ("writing", 0, 3), ("writing", 3, 3),
        ("uploading", 0, 400), ("uploading", 200, 400), ("uploading", 400, 400),
    ):  # fmt: skip
        progress(stage, done, total)
    assert reported == [
        (50, 1000, Phase.DOWNLOADING),
        (100, 1000, Phase.DOWNLOADING),
        (155, 1000, Phase.READING),
        (210, 1000, Phase.READING),
        (210, 1000, Phase.SORTING),
        (348, 1000, Phase.SORTING),
        (485, 1000, Phase.SORTING),
        (485, 1000, Phase.WRITING),
        (650, 1000, Phase.WRITING),
        (650, 1000, Phase.UPLOADING),
        (825, 1000, Phase.UPLOADING),
        (1000, 1000, Phase.UPLOADING),
    ]


def test_shards_add_up(reported: Reported) -> None:
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=1000)
    for read in (600, 1000):
        progress("reading", read, 0)
        progress("sorting", 10, 10)
        progress("writing", 3, 3)
    assert [done for done, _, _ in reported] == [166, 331, 430, 474, 584, 650]


def test_a_genome_of_unknown_size_is_as_large_as_what_was_read(reported: Reported) -> None:
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=0)
    progress("downloading", 5, 10)
    progress("reading", 1000, 0)
    assert reported == [(0, 0, Phase.DOWNLOADING), (210, 1000, Phase.READING)]


@pytest.mark.parametrize("shard_bases", [100_000, 3_000])
def test_a_real_build_names_each_phase_and_never_goes_back(
    reported: Reported, tmp_path: Path, shard_bases: int
) -> None:
    bases = 10_000
    fasta = tmp_path / "g.fa"
    fasta.write_text(f">a\n{'ACGTTGCATCCATTGCAGGATCCAAGG' * (bases // 27 + 1)}"[: bases + 3] + "\n")
    progress = BuildProgress(report=lambda *bar: reported.append(bar), bases=bases)
    summary = build_index([fasta], tmp_path / "g.issl", shard_bases=shard_bases, progress=progress)
    assert summary.bases == bases
    phases = [phase for phase, _ in groupby(phase for _, _, phase in reported)]
    assert phases == [Phase.READING, Phase.SORTING, Phase.WRITING] * len(summary.files)
    done = [done for done, _, _ in reported]
    assert done == sorted(done)
    assert reported[-1] == (6500, bases, Phase.WRITING)


def test_what_is_read_is_reported(tmp_path: Path) -> None:
    reported: list[int] = []
    (tmp_path / "file").write_bytes(b"x" * 3_000_000)
    with (tmp_path / "file").open("rb") as stream:
        assert len(read_with_progress(stream, reported.append).read()) == 3_000_000
    assert reported == sorted(reported)
    assert (len(reported) >= 3, reported[-1]) == (True, 3_000_000)
