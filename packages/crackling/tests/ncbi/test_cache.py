"""Test the cache: after interruptions, with other processes, and with damaged files."""

from __future__ import annotations

import json
import logging
import logging.handlers
import multiprocessing
import os
import queue
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from crackling.cli.amount import IN_BYTES
from crackling.errors import IndexFileError, InputError, StorageError, TransferError
from crackling.ncbi import Ncbi
from crackling.ncbi.cache import Cache, default_folder
from crackling.ncbi.cache_builder import DOWNLOADING, DOWNLOADING_GENES, READING_GENES, CacheBuilder
from crackling.ncbi.rate import Rate
from crackling.specificity import Index
from localcloud.standins.faults import Fault, cut, damage, no_ranges, slow
from support.ncbi import HURRIED, LAMBDA, Stage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localcloud.standins.assemblies import StandInAssembly
    from localcloud.standins.ncbi import NcbiStandIn

FASTA = r"_genomic\.fna\.gz$"


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "genomes")


def make_builder(url: str, stages: list[Stage] | None = None) -> CacheBuilder:
    stages = [] if stages is None else stages
    return CacheBuilder(
        ncbi=Ncbi(url, retry_policy=HURRIED, rate=Rate(1_000)), progress=lambda *stage: stages.append(stage)
    )


@pytest.fixture
def stages() -> list[Stage]:
    return []


@pytest.fixture
def builder(ncbi: NcbiStandIn, stages: list[Stage]) -> CacheBuilder:
    return make_builder(ncbi.url, stages)


def gets(ncbi: NcbiStandIn, ending: str = ".fna.gz") -> list[str | None]:
    """Return the ranges of the file that were requested."""
    return [
        asked.headers.get("range")
        for asked in ncbi.asked
        if asked.path.endswith(ending) and asked.method == "GET"
    ]


def test_a_genome_is_downloaded_indexed_and_cached(
    ncbi: NcbiStandIn,
    cache: Cache,
    builder: CacheBuilder,
    stages: list[Stage],
    phage: StandInAssembly,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "crackling")
    cached = cache.get(LAMBDA, builder)
    assert cached.fasta.read_bytes() == phage.packed
    with Index.open(cached.index) as index:
        assert index.contigs == [("NC_001416.1", 48502)]
    told = "Escherichia phage Lambda, ViralProj14204 (complete genome): 48,502 bases, contigs: 1"
    assert caplog.messages == [f"{told}; {len(phage.packed) / 1000:.1f} kB to download"]
    assert (DOWNLOADING, len(phage.packed), len(phage.packed)) in stages
    assert {DOWNLOADING, DOWNLOADING_GENES, READING_GENES} == IN_BYTES
    assert {"downloading", "reading", "sorting", "writing"} <= {stage for stage, _, _ in stages}
    ncbi.asked.clear()
    assert cache.get(LAMBDA, builder) == cached == cache.find(LAMBDA)
    assert cache.list() == [cached]
    assert ncbi.asked == []
    assert cached.bytes == sum(path.stat().st_size for path in (cached.fasta, cached.index))


def test_a_download_goes_on_where_it_broke(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, phage: StandInAssembly
) -> None:
    ncbi.faults = [
        Fault(FASTA, no_ranges(), method="HEAD"),
        Fault(FASTA, cut(9_000), nth=[1]),
        Fault(FASTA, cut(0), nth=[2, 3, 4]),
    ]
    with pytest.raises(TransferError, match="broke off"):
        cache.get(LAMBDA, builder)
    assert cache.find(LAMBDA) is None
    assert cache.list() == []
    ncbi.faults = []
    ncbi.asked.clear()
    assert cache.get(LAMBDA, builder).fasta.read_bytes() == phage.packed
    assert gets(ncbi) == [f"bytes=9000-{len(phage.packed) - 1}"]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_a_process_that_is_killed_leaves_what_it_had(
    ncbi: NcbiStandIn, builder: CacheBuilder, phage: StandInAssembly, tmp_path: Path, end: signal.Signals
) -> None:
    ncbi.faults = [
        Fault(FASTA, no_ranges(), method="HEAD"),
        Fault(FASTA, slow(0.2, piece=6_000)),
    ]
    program = f"import sys; from crackling.cli import main; main(['genome', '{LAMBDA}'])"
    environment = {
        **os.environ,
        "CRACKLING_NCBI_URL": ncbi.url,
        "XDG_CACHE_HOME": str(tmp_path),
    }
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    folder = tmp_path / "crackling" / "genomes" / LAMBDA
    deadline = time.monotonic() + 20
    while not gets(ncbi) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(end)
    assert process.wait(10) == (143 if end is signal.SIGTERM else -end)
    [part] = folder.glob("*.part")
    size = part.stat().st_size
    assert 6_000 <= size < len(phage.packed)
    assert [path.name for path in folder.iterdir()] == [part.name]
    ncbi.faults = []
    ncbi.asked.clear()
    cached = Cache(folder.parent).get(LAMBDA, builder)
    assert cached.fasta.read_bytes() == phage.packed
    assert gets(ncbi) == [f"bytes={size}-{len(phage.packed) - 1}"]
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize("there", [b"rubbish", b"x" * 99_999, None])
def test_a_part_that_is_damaged_costs_one_more_download(
    ncbi: NcbiStandIn,
    cache: Cache,
    builder: CacheBuilder,
    phage: StandInAssembly,
    there: bytes | None,
    tmp_path: Path,
) -> None:
    """If `there` is None, the part is the whole file with one wrong bit."""
    file = builder.ncbi.fasta(LAMBDA)
    folder = tmp_path / "genomes" / LAMBDA
    folder.mkdir(parents=True)
    flipped = bytes([phage.packed[0] ^ 1]) + phage.packed[1:]
    (folder / f"{file.md5}.part").write_bytes(flipped if there is None else there)
    assert cache.get(LAMBDA, builder).fasta.read_bytes() == phage.packed
    assert gets(ncbi)[-1] == f"bytes=0-{len(phage.packed) - 1}"


def test_a_part_of_another_file_is_not_used(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, phage: StandInAssembly, tmp_path: Path
) -> None:
    folder = tmp_path / "genomes" / LAMBDA
    folder.mkdir(parents=True)
    (folder / f"{'0' * 32}.part").write_bytes(phage.packed[:100])
    cached = cache.get(LAMBDA, builder)
    assert gets(ncbi) == [f"bytes=0-{len(phage.packed) - 1}"]
    assert {path.name for path in cached.folder.iterdir()} == {"facts.json", "genome.fa.gz", "genome.issl"}


def test_a_whole_part_is_not_downloaded_again(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, phage: StandInAssembly, tmp_path: Path
) -> None:
    folder = tmp_path / "genomes" / LAMBDA
    folder.mkdir(parents=True)
    (folder / f"{builder.ncbi.fasta(LAMBDA).md5}.part").write_bytes(phage.packed)
    cache.get(LAMBDA, builder)
    assert gets(ncbi) == []


def test_a_file_that_is_damaged_at_its_source_is_not_cached(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, tmp_path: Path
) -> None:
    ncbi.faults = [Fault(FASTA, damage(7_000))]
    with pytest.raises(TransferError, match="another md5"):
        cache.get(LAMBDA, builder)
    assert list((tmp_path / "genomes" / LAMBDA).iterdir()) == []


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def drop(path: Path) -> None:
    path.unlink()


def garble(path: Path) -> None:
    path.write_text('{"assembly": []}')


@pytest.mark.parametrize(
    ("name", "harm", "downloads"),
    [
        ("genome.issl", cut_short, 0),
        ("genome.issl", flip, 0),
        ("genome.issl", drop, 0),
        ("genome.fa.gz", cut_short, 1),
        ("both", flip, 1),
        ("genome.fa.gz", drop, 1),
        ("facts.json", drop, 0),
        ("facts.json", garble, 0),
        ("facts.json", cut_short, 0),
    ],
)
def test_what_is_damaged_is_made_again_and_nothing_else(
    ncbi: NcbiStandIn,
    cache: Cache,
    builder: CacheBuilder,
    name: str,
    harm: Callable[[Path], None],
    downloads: int,
) -> None:
    cached = cache.get(LAMBDA, builder)
    whole = {path.name: path.read_bytes() for path in cached.folder.iterdir()}
    ncbi.asked.clear()
    for harmed in ("genome.fa.gz", "genome.issl") if name == "both" else (name,):
        harm(cached.folder / harmed)
    with cache.index(LAMBDA, builder) as index:
        assert len(index.contigs) == 1
    assert {path.name: path.read_bytes() for path in cached.folder.iterdir()} == whole
    assert len(gets(ncbi)) == downloads
    if name == "genome.issl":
        assert ncbi.asked == []  # it is made again without a network


def test_an_index_of_another_version_is_made_again(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached = cache.get(LAMBDA, builder)
    content = bytearray(cached.index.read_bytes())
    content[8] ^= 0xFF
    cached.index.write_bytes(content)
    with pytest.raises(IndexFileError, match="version"):
        Index.open(cached.index)
    with cache.index(LAMBDA, builder) as index:
        assert len(index.contigs) == 1


def _get(url: str, folder: Path, outcome: queue.Queue[Any]) -> None:
    records: queue.Queue[logging.LogRecord] = queue.Queue()
    logging.getLogger("crackling").addHandler(logging.handlers.QueueHandler(records))
    logging.getLogger("crackling").setLevel(logging.INFO)
    with suppress(Exception):
        cached = Cache(folder).get(LAMBDA, make_builder(url))
        messages = [record.getMessage() for record in records.queue]
        about, waited = (sum(word in message for message in messages) for word in ("to download", "waiting"))
        outcome.put((about, waited, cached.bytes))


def test_two_processes_do_not_download_the_same_genome(ncbi: NcbiStandIn, tmp_path: Path) -> None:
    ncbi.faults = [Fault(FASTA, slow(0.1, piece=4_000))]
    context = multiprocessing.get_context("fork")
    outcome = context.Queue()
    both = [context.Process(target=_get, args=[ncbi.url, tmp_path, outcome]) for _ in range(2)]
    for process in both:
        process.start()
    one, other = sorted(outcome.get(timeout=20) for _ in both)
    for process in both:
        process.join()
    assert (one[:2], other[:2]) == ((0, 1), (1, 0))
    assert one[2] == other[2]
    assert len(gets(ncbi)) == 1


def test_removal(cache: Cache, builder: CacheBuilder) -> None:
    cached = cache.get(LAMBDA, builder)
    assert cache.remove(LAMBDA) > cached.bytes
    assert not cached.folder.exists()
    with pytest.raises(InputError, match="not in the cache of this machine"):
        cache.remove(LAMBDA)
    with pytest.raises(InputError, match="not the accession"):
        cache.remove("../..")


def test_a_genome_that_is_being_downloaded_is_not_removed(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, tmp_path: Path
) -> None:
    ncbi.faults = [Fault("check", slow(0.2, piece=30))]
    context = multiprocessing.get_context("fork")
    outcome = context.Queue()
    process = context.Process(target=_get, args=[ncbi.url, tmp_path / "genomes", outcome])
    process.start()
    while not ncbi.asked:
        time.sleep(0.01)
    with pytest.raises(InputError, match="by another process"):
        cache.remove(LAMBDA)
    process.join()


def test_a_folder_that_cannot_be_written_to(builder: CacheBuilder, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        Cache(tmp_path / "file" / "genomes").get(LAMBDA, builder)


def test_the_folder_is_where_caches_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "crackling" / "genomes"
    monkeypatch.setenv("HOME", str(tmp_path))
    for no_folder in ("", "relative"):  # which the specification has ignored
        monkeypatch.setenv("XDG_CACHE_HOME", no_folder)
        assert default_folder() == tmp_path / ".cache" / "crackling" / "genomes"


def test_facts_are_json_for_people_too(cache: Cache, builder: CacheBuilder) -> None:
    facts = json.loads((cache.get(LAMBDA, builder).folder / "facts.json").read_text())
    assert facts["assembly"]["organism"] == "Escherichia phage Lambda"
    assert set(facts["files"]) == {"genome.fa.gz", "genome.issl"}
