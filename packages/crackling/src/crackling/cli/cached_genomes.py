"""Genomes of the commands that take an index: a file, or the accession of one that this machine keeps or fetches.

The genome of an accession has the genes that NCBI publishes with it, as in the service.
"""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from crackling.cli.shared import progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from crackling.annotation.annotation import Annotation
    from crackling.errors import InputError
    from crackling.ncbi import Assembly, Ncbi, RemoteFile
    from crackling.ncbi.cache_builder import Work
    from crackling.specificity import Index
    from crackling.specificity.genome import Progress


def is_accession(path: Path) -> bool:
    """Whether it names an assembly, and no file."""
    if not str(path).startswith(("GCA_", "GCF_")) or path.exists():
        return False  # without the import, which costs 50 ms
    from crackling.ncbi import ACCESSION

    return ACCESSION.fullmatch(str(path)) is not None


def open_index(path: Path, threads: int | None = None) -> AbstractContextManager[Index]:
    """The index of that name, or that of an accession, which is fetched and indexed if it is not here."""
    from crackling.specificity import Index

    return _kept_index(str(path), threads) if is_accession(path) else Index.open(path)


@contextmanager
def _kept_index(accession: str, threads: int | None) -> Iterator[Index]:
    from crackling.ncbi.cache import Cache

    with ExitStack() as opened:
        with progress() as tell:
            index = opened.enter_context(Cache().index(accession, work(tell, threads)))
        yield index


def read_genes(options: argparse.Namespace, genome: Path, index: Index) -> Annotation | None:
    """The annotation that was asked for: a file's, or that of an accession, unless none is wanted.

    Raises:
        InputError: the file is not GFF3, or of another genome than the index.
    """
    if options.annotation:
        from crackling.annotation.annotation import read_annotation

        return read_annotation(options.annotation, {name for name, _ in index.contigs})
    if options.no_annotation or not is_accession(genome):
        return None
    from crackling.ncbi.cache import Cache

    with progress() as tell:
        return Cache().annotation(str(genome), work(tell))


def ncbi() -> Ncbi:
    """NCBI, or another server in its place; as whom, the environment says."""
    from crackling.ncbi import NCBI_URL, Ncbi

    return Ncbi(os.environ.get("CRACKLING_NCBI_URL") or NCBI_URL, os.environ.get("NCBI_API_KEY") or None)


def work(tell: Progress | None, threads: int | None = None) -> Work:
    from crackling.ncbi.cache_builder import Work

    return Work(
        ncbi=ncbi(),
        about=_about,
        waiting=_waiting,
        no_genes=_no_genes,
        progress=tell or (lambda _stage, _done, _total: None),
        threads=threads,
    )


def _about(assembly: Assembly, files: Collection[RemoteFile]) -> None:
    from rich.filesize import decimal

    sizes = [file.bytes for file in files if file.bytes]
    size = decimal(sum(sizes)) if len(sizes) == len(files) else "files of unknown size"
    genes = ", its genes included" if len(files) > 1 else ""
    say(f"{assembly.title}: {assembly.bases:,} bases, contigs: {assembly.contigs:,}; {size} to fetch{genes}")
    if assembly.superseded:
        say(f"{assembly.current} has replaced it; this one is fetched as it was asked for")


def _waiting() -> None:
    say("another process is fetching it; waiting")


def _no_genes(reason: InputError) -> None:
    say(f"it is kept without genes: {reason}")


def say(text: str) -> None:
    sys.stderr.write(f"crackling: {text}\n")
