"""Genomes of the commands that take an index: a file, or the accession of one that this machine keeps or fetches."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from crackling.cli.shared import progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crackling.genomes import Assembly, Ncbi, RemoteFile
    from crackling.genomes.cache import Work
    from crackling.specificity import Index
    from crackling.specificity.genome import Progress


def is_accession(path: Path) -> bool:
    """Whether it names an assembly, and no file."""
    if not str(path).startswith(("GCA_", "GCF_")) or path.exists():
        return False  # without the import, which costs 50 ms
    from crackling.genomes import ACCESSION

    return ACCESSION.fullmatch(str(path)) is not None


def open_index(path: Path, threads: int | None = None) -> AbstractContextManager[Index]:
    """The index of that name, or that of an accession, which is fetched and indexed if it is not here."""
    from crackling.specificity import Index

    return _kept_index(str(path), threads) if is_accession(path) else Index.open(path)


@contextmanager
def _kept_index(accession: str, threads: int | None) -> Iterator[Index]:
    from crackling.genomes.cache import Cache

    with ExitStack() as opened:
        with progress() as tell:
            index = opened.enter_context(Cache().index(accession, work(tell, threads)))
        yield index


def ncbi() -> Ncbi:
    """NCBI, or another server in its place; as whom, the environment says."""
    from crackling.genomes import NCBI_URL, Ncbi

    return Ncbi(os.environ.get("CRACKLING_NCBI_URL") or NCBI_URL, os.environ.get("NCBI_API_KEY") or None)


def work(tell: Progress | None, threads: int | None) -> Work:
    from crackling.genomes.cache import Work

    return Work(ncbi(), _about, _waiting, tell or (lambda _stage, _done, _total: None), threads)


def _about(assembly: Assembly, file: RemoteFile) -> None:
    from rich.filesize import decimal

    size = decimal(file.bytes) if file.bytes else "a file of unknown size"
    say(f"{assembly.title}: {assembly.bases:,} bases, contigs: {assembly.contigs:,}; {size} to fetch")
    if assembly.superseded:
        say(f"{assembly.current} has replaced it; this one is fetched as it was asked for")


def _waiting() -> None:
    say("another process is fetching it; waiting")


def say(text: str) -> None:
    sys.stderr.write(f"crackling: {text}\n")
