from __future__ import annotations

import errno
import io
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast

import pytest
from botocore.response import StreamingBody

from crackling.specificity import Index
from crackling.specificity.layout import POSITION_SECTIONS, Header, Section
from crackling_aws.stores import multipart
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.errors import DamagedIndexError, FullDiskError
from crackling_lambdas.index_files import parts
from crackling_lambdas.index_files.index_cache import IndexCache
from crackling_lambdas.index_files.shard_files import RESERVED_BYTES, ShardFiles
from fakes.indexes import BUCKET, GUIDE, CountingS3, put_genome, random_fasta

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Telemetry
    from crackling.specificity import Specificity
    from crackling_aws.models.genomes import Genome, IndexFile

GUIDES = [GUIDE, "ACGTACGTACGTACGTACGT"]


@pytest.fixture
def s3() -> CountingS3:
    return CountingS3()


class Disk:
    """Stand for a disk of limited size, on which holes in sparse files take no room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.room = 10**9

    def free(self, folder: Path) -> int:
        return RESERVED_BYTES + self.room - sum(path.stat().st_blocks * 512 for path in folder.iterdir())

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "indexes")


@pytest.fixture
def cache(s3: CountingS3, disk: Disk) -> IndexCache:
    return IndexCache(
        objects=ObjectStore(cast("Any", s3), BUCKET),
        files=ShardFiles(folder=disk.folder, free_bytes=disk.free),
    )


class PutGenome(Protocol):
    """Store a genome's index, and return the genome."""

    def __call__(self, name: str, claim: str = "c", shards: int = 1, seed: int = 1) -> Genome: ...


@pytest.fixture
def genome(s3: CountingS3, tmp_path: Path) -> PutGenome:
    def put(name: str, claim: str = "c", shards: int = 1, seed: int = 1) -> Genome:
        return put_genome(s3, tmp_path, name, random_fasta(20_000, seed), claim, shards)

    return put


def expected(s3: CountingS3, genome: Genome, folder: Path) -> list[Specificity]:
    paths = []
    for number, file in enumerate(genome.files):
        paths.append(folder / f"expected{number}")
        paths[-1].write_bytes(s3.objects[BUCKET, file.key])
    with Index.open(paths) as index:
        return index.score(GUIDES)


def header_of(s3: CountingS3, file: IndexFile) -> Header:
    return Header.decode(s3.objects[BUCKET, file.key][:512], file.key)


def scoring_bytes(s3: CountingS3, file: IndexFile) -> int:
    return sum(end - start for start, end in header_of(s3, file).ranges(POSITION_SECTIONS))


def test_an_index_is_fetched_once_and_without_its_places(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, tmp_path: Path
) -> None:
    phage = genome("phage")
    assert cache.score(phage, GUIDES) == expected(s3, phage, tmp_path)
    assert s3.bytes == 512 + scoring_bytes(s3, phage.files[0]) < phage.files[0].bytes
    s3.objects.clear()
    assert cache.score(phage, GUIDES[:1])[0].counts[0] > 0


def test_the_download_of_an_index_is_reported_and_nothing_after_it(
    cache: IndexCache, s3: CountingS3, genome: PutGenome
) -> None:
    phage, reported = genome("phage"), list[tuple[int, int]]()
    cache.score(phage, GUIDES, lambda *bytes_: reported.append(bytes_))
    wanted = scoring_bytes(s3, phage.files[0])
    assert reported[-1] == (wanted, wanted)
    reported.clear()
    cache.score(phage, GUIDES, lambda *bytes_: reported.append(bytes_))
    assert not reported


def test_large_files_come_in_parts_side_by_side(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "PART", 10_000)
    phage = genome("phage")
    assert cache.score(phage, GUIDES) == expected(s3, phage, tmp_path)
    assert len(s3.ranges) > 5
    assert max(size for _, size in s3.ranges) == 10_000


def test_a_genome_prepared_anew_is_another(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, tmp_path: Path
) -> None:
    cache.score(genome("g", "old"), GUIDES)
    new = genome("g", "new", seed=2)
    assert cache.score(new, GUIDES) == expected(s3, new, tmp_path)


def test_the_index_used_longest_ago_makes_room(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, disk: Disk
) -> None:
    a, b, c = (genome(name) for name in "abc")
    cache.score(a, GUIDES)
    disk.room = int(2.5 * scoring_bytes(s3, a.files[0]))
    for each in (b, a, c):
        cache.score(each, GUIDES)
    assert disk.names() == [f"genomes+{name}+c+{name}.c.issl" for name in "ac"]


def test_shards_are_taken_one_after_another_the_warm_ones_first(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, disk: Disk, tmp_path: Path
) -> None:
    wheat = genome("wheat", shards=4)
    sizes = [scoring_bytes(s3, file) for file in wheat.files]
    disk.room = int(2.9 * max(sizes))
    want = expected(s3, wheat, tmp_path)
    assert cache.score(wheat, GUIDES) == want
    for _ in range(3):
        s3.ranges.clear()
        assert cache.score(wheat, GUIDES) == want
        assert len({key for key, _ in s3.ranges}) == 2  # the two that were not there


def test_a_shard_that_is_missing_or_doubled_gives_no_scores(cache: IndexCache, genome: PutGenome) -> None:
    wheat = genome("wheat", shards=3)
    for files in (wheat.files[:2], (*wheat.files[:2], wheat.files[1])):
        with pytest.raises(DamagedIndexError, match=r"shard 2 of 3, as|shard 3 of 3 .* missing"):
            cache.score(type(wheat)(wheat.genome_id, wheat.state, wheat.source, 1, 1, files=files), GUIDES)


@pytest.mark.parametrize("section", set(Section) - POSITION_SECTIONS)
def test_a_damaged_download_is_logged_and_repeated(
    cache: IndexCache,
    s3: CountingS3,
    genome: PutGenome,
    tmp_path: Path,
    telemetry: Telemetry,
    section: Section,
) -> None:
    phage = genome("phage")
    span = header_of(s3, phage.files[0]).spans[section]
    if not span.length:
        pytest.skip("the section is empty here")
    sound, key = s3.objects[BUCKET, phage.files[0].key], (BUCKET, phage.files[0].key)
    s3.objects[key] = sound[: span.offset] + b"\x55" + sound[span.offset + 1 :]
    reads = []

    def repair(body: StreamingBody) -> StreamingBody:
        reads.append(body)
        if len(reads) == 3:  # header, sections, and then the header of the second attempt
            s3.objects[key] = sound
        return body

    s3.fail = repair
    assert cache.score(phage, GUIDES)[0].counts[0] > 0
    [line] = telemetry.lines
    assert line.getMessage().startswith(f"{phage.files[0].key} is damaged and downloaded once more: ")
    assert telemetry.counted == ["HandledFailures"]


def test_damaged_twice_is_an_error_and_leaves_nothing(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, disk: Disk
) -> None:
    phage = genome("phage")
    key = BUCKET, phage.files[0].key
    s3.objects[key] = s3.objects[key][:-1] + b"\x55"
    with pytest.raises(DamagedIndexError, match="damaged"):
        cache.score(phage, GUIDES)
    assert disk.names() == []


def test_a_failed_fetch_leaves_nothing(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, disk: Disk
) -> None:
    phage = genome("phage")
    s3.objects.clear()
    with pytest.raises(DamagedIndexError, match=phage.files[0].key):
        cache.score(phage, GUIDES)
    assert disk.names() == []
    assert cache.score(genome("phage"), GUIDES)


def test_an_index_of_another_genome_is_refused(cache: IndexCache, s3: CountingS3, genome: PutGenome) -> None:
    """It is whole, and in the place of the one that the preparation made."""
    phage, other = genome("phage"), genome("other", seed=2)
    s3.objects[BUCKET, phage.files[0].key] = s3.objects[BUCKET, other.files[0].key]
    with pytest.raises(DamagedIndexError, match=r"phage\.c\.issl: is another file than"):
        cache.score(phage, GUIDES)
    assert cache.score(other, GUIDES)


def test_the_shards_of_one_genome_are_not_exchanged(
    cache: IndexCache, s3: CountingS3, genome: PutGenome
) -> None:
    first, second = (file.key for file in genome("wheat", shards=2).files)
    wheat = genome("wheat", shards=2)
    s3.objects[BUCKET, first], s3.objects[BUCKET, second] = (
        s3.objects[BUCKET, second],
        s3.objects[BUCKET, first],
    )
    with pytest.raises(DamagedIndexError, match="is another file than"):
        cache.score(wheat, GUIDES)


@pytest.mark.parametrize("left", [0, 100, 5000])
def test_an_index_that_is_cut_short_is_damaged(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, left: int
) -> None:
    phage = genome("phage")
    key = BUCKET, phage.files[0].key
    s3.objects[key] = s3.objects[key][:left]
    with pytest.raises(DamagedIndexError):
        cache.score(phage, GUIDES)


def test_an_index_that_was_built_anew_is_used_instead_of_the_one_that_is_open(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, disk: Disk, tmp_path: Path
) -> None:
    """For example by a later version, in another form."""
    cache.score(genome("phage"), GUIDES)
    anew = genome("phage", seed=2)
    assert cache.score(anew, GUIDES) == expected(s3, anew, tmp_path)
    assert len(disk.names()) == 1


def test_an_index_that_an_earlier_version_built_is_used_without_a_digest(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, tmp_path: Path
) -> None:
    phage = genome("phage")
    old = replace(phage, files=tuple(replace(file, digest="") for file in phage.files))
    assert cache.score(old, GUIDES) == expected(s3, phage, tmp_path)


def test_what_a_killed_process_left_is_cleared(cache: IndexCache, genome: PutGenome, disk: Disk) -> None:
    disk.folder.mkdir()
    (disk.folder / "half").write_bytes(b"written")
    cache.score(genome("phage"), GUIDES)
    assert disk.names() == ["genomes+phage+c+phage.c.issl"]


@pytest.mark.parametrize("warm", [0, 2])
def test_a_disk_that_is_fuller_than_it_said(
    cache: IndexCache, genome: PutGenome, disk: Disk, monkeypatch: pytest.MonkeyPatch, warm: int
) -> None:
    """The system's word counts: what was used longest ago goes, one by one, until the write succeeds or nothing is left."""
    for number in range(warm):
        cache.score(genome(f"warm{number}"), GUIDES)
    write = os.pwrite
    refused: list[int] = []

    def pwrite(file: int, data: bytes, at: int) -> int:
        if len(refused) <= warm:
            refused.append(at)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(file, data, at)

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(FullDiskError, match="no room for genomes/large/"):
        cache.score(genome("large"), GUIDES)
    assert disk.names() == []
    assert cache.score(genome("large"), GUIDES)


def test_a_disk_without_room_even_alone(cache: IndexCache, genome: PutGenome, disk: Disk) -> None:
    disk.room = 1000
    with pytest.raises(FullDiskError, match=r"no room for .* bytes"):
        cache.score(genome("large"), GUIDES)
    assert disk.names() == []


def test_another_error_of_the_disk_is_told(
    cache: IndexCache, genome: PutGenome, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pwrite(*_: object) -> int:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(OSError, match="broken"):
        cache.score(genome("phage"), GUIDES)


def test_a_connection_that_breaks_goes_on_where_it_broke(
    cache: IndexCache, s3: CountingS3, genome: PutGenome, tmp_path: Path
) -> None:
    phage = genome("phage")
    want = expected(s3, phage, tmp_path)
    breaks: list[int] = []

    def cut(body: StreamingBody) -> StreamingBody:
        content = body.read()
        if len(content) > 1000 and len(breaks) < 3:
            breaks.append(len(content))
            return StreamingBody(io.BytesIO(content[: len(content) // 2]), len(content))
        return StreamingBody(io.BytesIO(content), len(content))

    s3.fail = cut
    assert cache.score(phage, GUIDES) == want
    assert breaks[1] == breaks[0] - breaks[0] // 2


@pytest.mark.parametrize("shards", [1, 3])
def test_of_an_annotated_genome_the_places_of_its_guides_come_too(
    cache: IndexCache,
    s3: CountingS3,
    genome: PutGenome,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    shards: int,
) -> None:
    monkeypatch.setattr(parts, "BLOCK_BYTES", 512)
    mouse = replace(genome("mouse", shards=shards), annotated=True)
    want = expected(s3, mouse, tmp_path)
    with Index.open([tmp_path / f"expected{number}" for number in range(shards)]) as index:
        places = [index.off_targets(guide, 0) for guide in GUIDES]
    for _ in range(2):
        assert cache.score(mouse, GUIDES) == want
        assert cache.perfect_matches(mouse, GUIDES) == places
    assert places[0]
    assert s3.bytes < sum(file.bytes for file in mouse.files)
