"""A genome in shards gives the same answers, bit for bit, as in one index; and a set that is not whole gives none."""

from __future__ import annotations

import io
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import oracle
from crackling.errors import IndexFileError, StorageError
from crackling.specificity import Index, Shard, Tally, build_index
from crackling.specificity.index import find_files
from support.building import assert_equals_oracle, chosen
from support.planted import Planted, fasta, planted_genomes

if TYPE_CHECKING:
    from pathlib import Path


def in_shards(contigs: dict[str, str], out: Path, bases: int, *, compatible: bool = False) -> list[Path]:
    source = io.BytesIO(fasta(contigs, width=33))
    return list(build_index([source], out, shard_bases=bases, threads=1, compatible=compatible).files)


@pytest.fixture
def three(rich: Planted, tmp_path: Path) -> list[Path]:
    bases = sum(len("".join(letters.split())) for letters in rich.contigs.values())
    return in_shards(rich.contigs, tmp_path / "genome.issl", bases // 3 + 1)


@pytest.mark.usefixtures("unmeasured")
@settings(max_examples=60)
@given(
    genome=planted_genomes(),
    parts=st.integers(1, 9),
    k=st.integers(0, 6),
    compatible=st.booleans(),
    bulk=st.booleans(),
)
def test_same_as_unsharded_and_as_the_oracle(
    tmp_path_factory: pytest.TempPathFactory,
    genome: Planted,
    parts: int,
    k: int,
    compatible: bool,
    bulk: bool,
) -> None:
    folder = tmp_path_factory.mktemp("shards")
    bases = sum(len("".join(letters.split())) for letters in genome.contigs.values())
    whole = in_shards(genome.contigs, folder / "whole.issl", 1 << 32, compatible=compatible)
    files = in_shards(genome.contigs, folder / "parts.issl", max(1, bases // parts), compatible=compatible)
    with chosen(bulk=bulk), Index.open(whole) as one, Index.open(files) as many:
        assert many.contigs == one.contigs
        assert sum(s.header.sites for s in many.shards) == sum(s.header.sites for s in one.shards)
        for name in ("bases", "contigs"):
            assert sum(getattr(s.header, name) for s in many.shards) == getattr(one.shards[0].header, name)
        assert many.score(genome.guides, k) == one.score(genome.guides, k)
        for guide in genome.guides:
            assert many.off_targets(guide, k) == one.off_targets(guide, k)
        locations = oracle.find_locations(genome.contigs, compatible=compatible)
        assert_equals_oracle(many, genome.guides, locations, k)
    shutil.rmtree(folder)


@pytest.mark.parametrize("bases", [1, 2, 5, 22, 23, 24, 45, 46, 68, 69])
def test_cuts_anywhere_lose_no_site(tmp_path: Path, bases: int) -> None:
    """Contigs shorter than a shard, longer, as long as one and a little more; some without any site."""
    window = "GACGCATAAAGATGAGACGCTGG"
    contigs = {"a": window * 2, "b": "", "c": "A" * 22, "d": f"CC{window}", "e": window}
    files = in_shards(contigs, tmp_path / "g.issl", bases)
    assert len(files) <= -(-sum(map(len, contigs.values())) // bases)
    locations = oracle.find_locations(contigs)
    with Index.open(files, positions=True) as index:
        assert index.contigs == [(name, len(letters)) for name, letters in contigs.items()]
        assert_equals_oracle(index, [window[:20]], locations, 4)


def test_a_genome_with_more_places_than_a_shard_is_split(
    rich: Planted, rich_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A place has 32 bits; the limit is lowered, as nobody wants to test with 4 Gb."""
    monkeypatch.setattr("crackling.specificity.packed_genome.MAX_POSITIONS", 3000)
    files = in_shards(rich.contigs, tmp_path / "genome.issl", 1 << 32)
    assert len(files) > 1
    with Index.open(files) as many, Index.open(rich_index) as one:
        assert many.score(rich.guides) == one.score(rich.guides)


def test_more_sites_than_a_directory_counts(
    rich: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crackling.specificity.builder.MAX_SITES", 10)
    with pytest.raises(Exception, match="sites are too many for one shard; build with fewer bases"):
        in_shards(rich.contigs, tmp_path / "genome.issl", 1 << 32)
    assert list(tmp_path.iterdir()) == []


def test_the_same_genome_gives_the_same_shards(rich: Planted, three: list[Path], tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = [tmp_path / "again" / path.name for path in three]
    build_index([io.BytesIO(fasta(rich.contigs))], tmp_path / "again" / "genome.issl",
                shard_bases=max(Shard.open(path).header.bases for path in three), threads=3)  # fmt: skip
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in three]


def test_progress_goes_to_the_end_once(rich: Planted, three: list[Path]) -> None:
    told: list[int] = []
    with Index.open(three) as index:
        index.score(rich.guides, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == len(rich.guides)


def test_any_of_its_names_opens_the_set(three: list[Path], tmp_path: Path) -> None:
    assert [path.name for path in three] == [f"genome.{n}-of-3.issl" for n in (1, 2, 3)]
    for name in (tmp_path / "genome.issl", *three):
        assert find_files(name) == three


def test_another_build_replaces_all_files_of_the_old_one(
    rich: Planted, three: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.issl"
    other.write_bytes(b"stays")
    (out,) = in_shards(rich.contigs, tmp_path / "genome.issl", 1 << 32)
    assert sorted(tmp_path.iterdir()) == [out, other]
    in_shards(rich.contigs, out, 3000)
    assert not out.exists()


def test_a_missing_shard(three: list[Path]) -> None:
    three[1].unlink()
    with pytest.raises(IndexFileError, match=r"genome\.2-of-3\.issl: this shard is missing; put it beside"):
        Index.open(three[0])
    with pytest.raises(IndexFileError, match=r"1-of-3\.issl: shard 2 of 3 of this index is missing"):
        Index.open([three[0], three[2]])
    renamed = three[0].rename(three[0].with_name("renamed.issl"))
    with pytest.raises(IndexFileError, match=r"renamed\.issl: shard 2 of 3 of this index is missing"):
        Index.open(renamed)


def test_a_doubled_shard(three: list[Path]) -> None:
    shutil.copy(three[0], three[1])
    with pytest.raises(
        IndexFileError, match=r"2-of-3\.issl: is shard 1 of 3, as .*1-of-3\.issl is; name each"
    ):
        Index.open(three[0])


def test_a_foreign_shard(rich: Planted, three: list[Path], tmp_path: Path) -> None:
    """Of the same genome, cut elsewhere: no less foreign."""
    (tmp_path / "other").mkdir()
    other = in_shards(rich.contigs, tmp_path / "other" / "genome.issl", Shard.open(three[0]).header.bases - 1)
    shutil.copy(other[1], three[1])
    with pytest.raises(IndexFileError, match=r"2-of-3\.issl: belongs to another index than .*1-of-3\.issl"):
        Index.open(three[0])


def test_shards_of_several_indexes(three: list[Path], tmp_path: Path) -> None:
    shutil.copy(three[0], tmp_path / "genome.1-of-2.issl")
    with pytest.raises(IndexFileError, match=r"shards of several indexes .*; name one of them"):
        Index.open(tmp_path / "genome.issl")
    Index.open(three[2]).close()


def test_no_index_of_that_name(tmp_path: Path) -> None:
    for name in ("genome.issl", "genome.2-of-3.issl", "nowhere/genome.issl"):
        with pytest.raises(StorageError, match="no such file"):
            Index.open(tmp_path / name)


def test_a_tally_of_some_shards_has_no_scores(rich: Planted, three: list[Path]) -> None:
    tally = Tally(rich.guides)
    with pytest.raises(IndexFileError, match="shard 1 of 1 of this index is missing"):
        tally.scores()
    with Shard.open(three[2]) as shard:
        tally.add(shard)
        with pytest.raises(IndexFileError, match=r"shard 1 of 3 .* is missing"):
            tally.scores()
        with pytest.raises(IndexFileError, match="is shard 3 of 3, as"):
            tally.add(shard)
