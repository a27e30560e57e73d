"""A list of one guide's off-targets takes little of an index: counted on a bucket, and worked out for a human-sized one."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from crackling.specificity import Index, offtargets
from crackling.specificity.guides import encode
from crackling.specificity.layout import HEADER_BYTES, LIST_SECTIONS, Header, Section, Span
from crackling.specificity.plan import choose_keys
from crackling.specificity.shard import Shard
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.errors import FullDiskError, NotYetError
from crackling_lambdas.index_files import off_target_lookup as off_target_lookup
from crackling_lambdas.index_files import parts
from crackling_lambdas.index_files.lookup_watch import TimeLimit, Unwatched
from crackling_lambdas.index_files.off_target_lookup import OffTargetLookup
from crackling_lambdas.index_files.parts import Blocks
from crackling_lambdas.index_files.shard_files import RESERVED_BYTES, ShardFiles
from fakes.indexes import BUCKET, GUIDE, CountingS3, put_genome, random_fasta

if TYPE_CHECKING:
    from pathlib import Path

    from crackling.specificity import OffTarget
    from crackling_aws.models.genomes import Genome

LIMIT = 1000
ANYTIME = Unwatched()
GUIDES = [GUIDE, "ACGTACGTACGTACGTACGT", "T" * 20]


@pytest.fixture
def s3() -> CountingS3:
    return CountingS3()


@pytest.fixture
def files(tmp_path: Path) -> ShardFiles:
    return ShardFiles(folder=tmp_path / "off-targets")


@pytest.fixture
def lookup(s3: CountingS3, files: ShardFiles) -> OffTargetLookup:
    return OffTargetLookup(objects=ObjectStore(cast("Any", s3), BUCKET), files=files)


@pytest.fixture
def partly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even small indexes come in parts, and those are small."""
    monkeypatch.setattr(off_target_lookup, "MAX_WHOLE_BYTES", 0)
    monkeypatch.setattr(parts, "BLOCK_BYTES", 512)
    monkeypatch.setattr(parts, "MAX_GAP_BLOCKS", 1)


def expected(s3: CountingS3, genome: Genome, folder: Path) -> list[tuple[int, list[OffTarget]]]:
    paths = []
    for number, file in enumerate(genome.files):
        paths.append(folder / f"expected{number}")
        paths[-1].write_bytes(s3.objects[BUCKET, file.key])
    with Index.open(paths) as index:
        found = [index.off_targets(guide) for guide in GUIDES]
    return [(len(rows), rows) for rows in found]


@pytest.mark.usefixtures("partly")
@pytest.mark.parametrize("shards", [1, 3])
def test_parts_of_an_index_give_the_whole_list(
    lookup: OffTargetLookup, s3: CountingS3, tmp_path: Path, shards: int
) -> None:
    genome = put_genome(s3, tmp_path, "g", random_fasta(300_000, 3), shards=shards)
    want = expected(s3, genome, tmp_path)
    assert want[0][0] > 20
    for _ in range(2):
        assert [lookup.off_targets(genome, guide, LIMIT, ANYTIME) for guide in GUIDES] == want
    whole = sum(file.bytes for file in genome.files)
    assert s3.bytes < whole


@pytest.mark.usefixtures("partly")
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("most", [1, 2, 7, 30])
def test_the_riskiest_alone_need_no_other_places(
    lookup: OffTargetLookup, s3: CountingS3, tmp_path: Path, shards: int, most: int
) -> None:
    """Repeats: places that are as risky as the last one listed come by contig and start, so all of those are looked at."""
    genome = put_genome(s3, tmp_path, "g", random_fasta(50_000, 3) + random_fasta(50_000, 4), shards=shards)
    total, rows = expected(s3, genome, tmp_path)[0]
    assert lookup.off_targets(genome, GUIDE, most, ANYTIME) == (total, rows[:most])


@pytest.mark.usefixtures("partly")
def test_what_came_stays(
    lookup: OffTargetLookup, s3: CountingS3, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genome = put_genome(s3, tmp_path, "g", random_fasta(100_000, 3))
    first = lookup.off_targets(genome, GUIDE, LIMIT, ANYTIME)
    s3.objects.clear()
    s3.ranges.clear()
    monkeypatch.setattr(s3, "head_object", lambda **_: {"ContentLength": genome.files[0].bytes})
    assert lookup.off_targets(genome, GUIDE, LIMIT, ANYTIME) == first
    assert s3.ranges == []


def test_a_small_index_comes_whole(lookup: OffTargetLookup, s3: CountingS3, tmp_path: Path) -> None:
    genome = put_genome(s3, tmp_path, "g", random_fasta(20_000, 3))
    assert lookup.off_targets(genome, GUIDE, LIMIT, ANYTIME) == expected(s3, genome, tmp_path)[0]
    assert s3.ranges == [(genome.files[0].key, genome.files[0].bytes)]


@pytest.mark.usefixtures("partly")
def test_a_disk_that_fills_up_begins_afresh(s3: CountingS3, tmp_path: Path) -> None:
    """The parts of many guides add up: another file goes first, then the list's own, and the next answer is right."""
    free = SimpleNamespace(bytes=10**9)
    files = ShardFiles(folder=tmp_path / "off-targets", free_bytes=lambda _: RESERVED_BYTES + free.bytes)
    lookup = OffTargetLookup(objects=ObjectStore(cast("Any", s3), BUCKET), files=files)
    genome = put_genome(s3, tmp_path, "g", random_fasta(100_000, 3))
    want = expected(s3, genome, tmp_path)
    lookup.off_targets(genome, GUIDES[0], LIMIT, ANYTIME)
    free.bytes = 0
    with pytest.raises(FullDiskError):
        lookup.off_targets(genome, GUIDES[1], LIMIT, ANYTIME)
    assert list(files.folder.iterdir()) == []
    free.bytes = 10**9
    assert [lookup.off_targets(genome, guide, LIMIT, ANYTIME) for guide in GUIDES] == want


class SlowS3(CountingS3):
    """Take a second for each request."""

    seconds = 0.0

    def get_object(self, **request: Any) -> dict[str, Any]:
        self.seconds += 1
        return super().get_object(**request)


@pytest.mark.usefixtures("partly")
@pytest.mark.parametrize("shards", [1, 3])
def test_a_search_ends_in_time_and_goes_on_with_the_next_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shards: int
) -> None:
    monkeypatch.setattr(parts, "BATCH_RANGES", 4)
    s3 = SlowS3()
    genome = put_genome(s3, tmp_path, "g", random_fasta(300_000, 3), shards=shards)
    want = expected(s3, genome, tmp_path)[0]
    lookup = OffTargetLookup(
        objects=ObjectStore(cast("Any", s3), BUCKET),
        files=ShardFiles(folder=tmp_path / "off-targets"),
    )
    limit = TimeLimit(seconds=20, clock=lambda: s3.seconds)
    ended = 0
    while True:
        began = s3.seconds
        try:
            assert lookup.off_targets(genome, GUIDE, LIMIT, limit) == want
            break
        except NotYetError:
            ended += 1
        # The directories come in one go, and a batch that has begun is completed.
        assert s3.seconds - began <= 20 + 4 + 8
        assert ended < 100
    assert ended > 1
    keys = [(key, size) for key, size in s3.ranges if size != HEADER_BYTES]
    assert len(keys) < 20 * (ended + 1) + 8 * shards


class EvenDirectory:
    """A directory whose buckets are all as large as the mean."""

    def __init__(self, keys: int, entries: int) -> None:
        self._keys, self._entries = keys, entries

    def __getitem__(self, key: int) -> int:
        return key * self._entries // self._keys


def test_a_human_sized_index_is_listed_in_time() -> None:
    """700 million sites, 550 million distinct. In 29 seconds, with 16 requests under way of 100 ms each and 60 MB/s, some
    4,000 requests and 1.5 GB would come; a first answer takes a small part of that, and a later one less."""
    distinct, sites = 550_000_000, 700_000_000
    keys = choose_keys(sites)
    lengths = {
        Section.CONTIGS: 10_000, Section.OCCURRENCES: 5 * sites, Section.OCCURRENCE_DIRECTORY: 4 * 4**keys.prefix_nt,
        Section.PREFIX_DIRECTORY: 4 * 4**keys.prefix_nt, Section.PREFIX_ENTRIES: 4 * distinct,
        Section.SUFFIX_DIRECTORY: 4 * 4**keys.suffix_nt, Section.SUFFIX_ENTRIES: 4 * distinct, Section.OVERFLOW: 16_000_000,
    }  # fmt: skip
    spans, at = {}, 512
    for section, length in lengths.items():
        spans[section] = Span(at, length, 0)
        at += length
    header = Header(keys.prefix_nt, keys.suffix_nt, False, 25, 3_100_000_000, sites, distinct, spans)
    lists = SimpleNamespace(
        prefix_nt=keys.prefix_nt,
        suffix_nt=keys.suffix_nt,
        prefix_directory=EvenDirectory(4**keys.prefix_nt, distinct),
        suffix_directory=EvenDirectory(4**keys.suffix_nt, distinct),
    )
    shard: Any = SimpleNamespace(header=header, lists=lists, keys=keys)
    blocks = Blocks(header.file_bytes)
    found = blocks.missing(list(offtargets._bucket_ranges(shard, encode(GUIDE), Shard.search(shard, 4))))
    once = header.ranges(without=LIST_SECTIONS)
    assert sum(end - start for start, end in once) < 60e6
    assert len(found) < 350
    assert sum(end - start for start, end in found) < 60e6
    assert ctypes.sizeof(ctypes.c_uint32) * distinct > 2e9  # of which that is a part
