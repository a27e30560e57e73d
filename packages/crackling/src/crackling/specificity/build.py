"""Build an index: read and pack the genome, 4 bits a base, and build each shard (builder.py) as soon as it is full."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from crackling.sequences.files import check_output, temporary_file
from crackling.specificity.builder import Builder
from crackling.specificity.layout import Writer, sealed, write_header
from crackling.specificity.names import family, shard_paths
from crackling.specificity.packed_genome import MAX_POSITIONS, read_shards
from crackling.threads import worker_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling.sequences.files import TemporaryFile
    from crackling.sequences.progress import Progress
    from crackling.specificity.layout import Header


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """The contents of an index; `bases` counts the letters of the contigs, `bytes` the bytes of all files.

    A site that is in several shards is counted as distinct in each.
    """

    files: tuple[Path, ...]
    contigs: int
    bases: int
    sites: int
    distinct_sites: int
    bytes: int
    seconds: float


def build_index(
    sources: str | Path | Sequence[str | Path | BinaryIO],
    out: str | Path,
    *,
    compatible: bool = False,
    threads: int | None = None,
    shard_bases: int = MAX_POSITIONS,
    progress: Progress | None = None,
) -> IndexSummary:
    """Index FASTA files or streams as one genome and write the index to a file.

    A genome that does not fit in one shard gets a file for each: `out` genome.issl becomes genome.1-of-2.issl and
    genome.2-of-2.issl.

    Args:
        sources: FASTA, plain or compressed: a path, or several paths and binary streams.
        out: the file to write; an old index of that name is replaced, whatever its shards, when the new one is complete.
        compatible: leave out sites that start with T, as the published program does.
        threads: default: all processors.
        shard_bases: most bases of a shard.
        progress: called with the name of a stage, what is done and what there is to do (0: unknown), shard by shard.

    Raises:
        InputError: a source is not FASTA or not DNA, or two contigs have one name.
        StorageError: a source cannot be read or `out` cannot be written.
    """
    started = time.monotonic()
    report = progress or (lambda _stage, _done, _total: None)
    workers = worker_count(threads)
    out = Path(out)
    given = [sources] if isinstance(sources, str | Path) else sources
    fasta = [Path(source) if isinstance(source, str) else source for source in given]
    for source in fasta:
        if isinstance(source, Path):
            for path in family(out):
                check_output(path, source)
    with ExitStack() as stack, ThreadPoolExecutor(workers) as pool:
        # The file is opened before the genome is read: if it cannot be written, reading would be in vain.
        files = (stack.enter_context(temporary_file(path)) for path in repeat(out))
        built = [
            (file, Builder(genome, compatible, pool, workers, Writer(file.stream), report).build())
            for file, genome in zip(files, read_shards(fasta, report, shard_bases), strict=False)
        ]
        headers = sealed([header for _, header in built])
        paths = _finish(out, zip([file for file, _ in built], headers, strict=True))
    return IndexSummary(
        files=tuple(paths),
        contigs=sum(header.contigs for header in headers),
        bases=sum(header.bases for header in headers),
        sites=sum(header.sites for header in headers),
        distinct_sites=sum(header.distinct_sites for header in headers),
        bytes=sum(header.file_bytes for header in headers),
        seconds=round(time.monotonic() - started, 3),
    )


def _finish(out: Path, built: Iterable[tuple[TemporaryFile, Header]]) -> list[Path]:
    """Give the shards their headers and names, and remove what the index of that name had before."""
    shards = list(built)
    paths = shard_paths(out, len(shards))
    for file, header in shards:
        write_header(file.stream, header)
        file.stream.flush()  # so that a full disk is noticed before the first of them appears
    for (file, _), path in zip(shards, paths, strict=True):
        file.rename(path)
    for old in set(family(out)) - set(paths):
        old.unlink(missing_ok=True)
    return paths
