"""Test the genes that NCBI publishes with an assembly and that are cached with it."""

from __future__ import annotations

import gzip
import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling.annotation import annotation
from crackling.annotation.annotation import Position, read_annotation
from crackling.errors import InputError, TransferError
from crackling.ncbi import Ncbi
from crackling.ncbi.cache import Cache
from crackling.ncbi.cache_builder import DOWNLOADING_GENES, READING_GENES, CacheBuilder
from crackling.ncbi.rate import Rate
from localcloud.standins.faults import Fault, cut, damage, no_ranges, status
from localcloud.standins.ncbi import NcbiStandIn
from support.ncbi import HURRIED, LAMBDA, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from crackling.ncbi.cached_genome import CachedGenome
    from localcloud.standins.assemblies import StandInAssembly

GFF = r"_genomic\.gff\.gz$"
CONTIG = "NC_001416.1"
# Compressed it is long enough to be cut.
GENES = "##gff-version 3\n" + "".join(
    f"{CONTIG}\tRefSeq\tgene\t{1 + 90 * number}\t{80 + 90 * number}\t.\t+\t.\tID=gene-{number};Name=g{number}\n"
    for number in range(500)
)


def write_genes(folder: Path, text: str) -> Path:
    path = folder / "genes.gff"
    path.write_text(text)
    return path


@pytest.fixture
def genes(tmp_path: Path) -> Path:
    return write_genes(tmp_path, GENES)


@pytest.fixture
def ncbi(phage: StandInAssembly, genes: Path) -> Iterator[NcbiStandIn]:
    with NcbiStandIn({LAMBDA: replace(phage, gff=genes)}) as stand_in:
        yield stand_in


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "genomes")


@pytest.fixture
def stages() -> list[Stage]:
    return []


@pytest.fixture
def builder(ncbi: NcbiStandIn, stages: list[Stage]) -> CacheBuilder:
    return CacheBuilder(
        ncbi=Ncbi(ncbi.url, retry_policy=HURRIED, rate=Rate(1_000)),
        progress=lambda *stage: stages.append(stage),
    )


def asked(ncbi: NcbiStandIn, ending: str) -> list[str | None]:
    return [
        one.headers.get("range") for one in ncbi.asked if one.path.endswith(ending) and one.method == "GET"
    ]


def warned(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def contents(cached: CachedGenome) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in cached.folder.iterdir()}


def test_they_are_downloaded_prepared_and_cached(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, stages: list[Stage], genes: Path
) -> None:
    cached = cache.get(LAMBDA, builder)
    packed = gzip.compress(genes.read_bytes(), mtime=0)
    assert (cached.folder / "genome.gff.gz").read_bytes() == packed
    assert cached.bytes == sum(
        len(content) for name, content in contents(cached).items() if name != "facts.json"
    )
    for stage in (DOWNLOADING_GENES, READING_GENES):
        assert (stage, len(packed), len(packed)) in stages
    ncbi.asked.clear()
    assert cache.annotation(LAMBDA, builder) == read_annotation(genes)
    assert cache.list() == [cached]
    assert ncbi.asked == []
    cache.remove(LAMBDA)
    assert not cached.folder.exists()


def test_an_assembly_without_genes_has_none_and_no_word_is_lost(
    phage: StandInAssembly,
    cache: Cache,
    builder: CacheBuilder,
    caplog: pytest.LogCaptureFixture,
    ncbi: NcbiStandIn,
) -> None:
    for path in [path for path in ncbi.files if path.endswith(".gff.gz")]:
        del ncbi.files[path]
    cached = cache.get(LAMBDA, builder)
    assert (cached.genes, cache.annotation(LAMBDA, builder), warned(caplog)) == (None, None, [])
    assert set(contents(cached)) == {"facts.json", "genome.fa.gz", "genome.issl"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GENES.replace(CONTIG, "chr1"), "names none of the genome's contigs"),
        ("Dear colleague\n", "line 1: has 1 columns"),
        ("##gff-version 3\n", "contains no genes"),
    ],
)
def test_genes_that_are_of_no_use_do_not_stop_the_genome(
    phage: StandInAssembly,
    tmp_path: Path,
    cache: Cache,
    builder: CacheBuilder,
    caplog: pytest.LogCaptureFixture,
    text: str,
    reason: str,
) -> None:
    with NcbiStandIn({LAMBDA: replace(phage, gff=write_genes(tmp_path, text))}) as other:
        cached = cache.get(
            LAMBDA, replace(builder, ncbi=Ncbi(other.url, retry_policy=HURRIED, rate=Rate(1_000)))
        )
    [told] = warned(caplog)
    assert f"the annotation of {LAMBDA}" in told
    assert reason in told
    assert set(contents(cached)) == {"facts.json", "genome.fa.gz", "genome.issl"}
    assert cache.get(LAMBDA, builder) == cached  # and no server is asked again
    assert len(warned(caplog)) == 1


def test_a_download_of_genes_goes_on_where_it_broke(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder
) -> None:
    ncbi.faults = [
        Fault(GFF, no_ranges(), method="HEAD"),
        Fault(GFF, cut(900), nth=[1]),
        Fault(GFF, cut(0), nth=[2, 3, 4]),
    ]
    with pytest.raises(TransferError, match="broke off"):
        cache.get(LAMBDA, builder)
    assert cache.list() == []
    ncbi.faults = []
    ncbi.asked.clear()
    cached = cache.get(LAMBDA, builder)
    size = cached.files["genome.gff.gz"]
    assert asked(ncbi, ".gff.gz") == [f"bytes=900-{size - 1}"]
    assert asked(ncbi, ".fna.gz") == []


def test_genes_that_are_damaged_at_their_source_are_not_cached(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder
) -> None:
    ncbi.faults = [Fault(GFF, damage(700))]
    with pytest.raises(TransferError, match="another md5"):
        cache.get(LAMBDA, builder)
    assert cache.list() == []


def test_genes_that_are_listed_and_missing_are_none(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, caplog: pytest.LogCaptureFixture
) -> None:
    ncbi.faults = [Fault(GFF, status(404), method="HEAD")]
    assert cache.annotation(LAMBDA, builder) is None
    assert warned(caplog) == []


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


@pytest.mark.parametrize(
    ("name", "harm", "downloads"),
    [
        ("genome.genes", flip, 0),
        ("genome.genes", cut_short, 0),
        ("genome.genes", os.remove, 0),
        ("genome.gff.gz", cut_short, 1),
        ("genome.gff.gz", os.remove, 1),
        ("genome.fa.gz", os.remove, 0),
        ("genome.issl", os.remove, 0),
        ("facts.json", os.remove, 0),
    ],
)
def test_what_is_damaged_is_made_again_and_nothing_else(
    ncbi: NcbiStandIn,
    cache: Cache,
    builder: CacheBuilder,
    genes: Path,
    name: str,
    harm: Callable[[Path], None],
    downloads: int,
) -> None:
    cached = cache.get(LAMBDA, builder)
    whole = contents(cached)
    index_made = cached.index.stat().st_mtime_ns
    ncbi.asked.clear()
    harm(cached.folder / name)
    assert cache.annotation(LAMBDA, builder) == read_annotation(genes)
    assert contents(cached) == whole
    assert len(asked(ncbi, ".gff.gz")) == downloads
    assert len(asked(ncbi, ".fna.gz")) == (name == "genome.fa.gz")
    remade = cached.index.stat().st_mtime_ns != index_made
    assert remade == (name in {"genome.issl", "facts.json"})


def test_genes_that_an_older_version_prepared_are_prepared_again(
    ncbi: NcbiStandIn, cache: Cache, builder: CacheBuilder, genes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(annotation, "MAGIC", b"CRKGENE1")
        cached = cache.get(LAMBDA, builder)
    assert cached.genes is not None
    assert not annotation.is_current(cached.genes)
    ncbi.asked.clear()
    assert cache.annotation(LAMBDA, builder) == read_annotation(genes)
    assert annotation.is_current(cached.genes)
    assert not ncbi.asked


def test_the_genes_of_a_place_are_those_of_the_file(cache: Cache, builder: CacheBuilder) -> None:
    annotation = cache.annotation(LAMBDA, builder)
    assert annotation is not None
    assert annotation.at(Position(CONTIG, 95, 118)).gene == "g1"
    with pytest.raises(InputError, match="not the accession"):
        cache.annotation("lambda", builder)
