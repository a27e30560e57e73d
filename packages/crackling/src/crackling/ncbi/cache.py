"""Manage the cache of genomes on this machine: one folder each, $XDG_CACHE_HOME/crackling/genomes/ACCESSION.

genome.fa.gz   NCBI's file
genome.issl    its index; several shards of a large genome
genome.gff.gz  NCBI's file of its genes, if there is one
genome.genes   these genes, prepared
facts.json     what the genome is, and the size of each file. It is written last, so the files that it names are complete
MD5.part       an interrupted download; the next one resumes it

One process at a time works on a genome. Others wait for a lock, which ends with the process that holds it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.annotation.annotation import is_current, read_annotation
from crackling.errors import IndexFileError, InputError
from crackling.ncbi.assembly import ACCESSION
from crackling.ncbi.cached_genome import FACTS, GENES, INDEX, read_cached_genome
from crackling.sequences.files import explain_write_errors
from crackling.specificity import Index
from crackling.specificity.names import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crackling.annotation.annotation import Annotation
    from crackling.ncbi.cache_builder import CacheBuilder
    from crackling.ncbi.cached_genome import CachedGenome

logger = logging.getLogger(__name__)


def default_folder() -> Path:
    """Return the folder that the XDG base directory specification has for caches."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "crackling" / "genomes"


class Cache:
    """The genomes in a folder, by accession."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()

    def find(self, accession: str) -> CachedGenome | None:
        """Return a genome if it is cached and complete."""
        genome = read_cached_genome(self._folder_of(accession))
        return genome if genome and genome.complete else None

    def list(self) -> list[CachedGenome]:
        """Return every complete genome, by accession."""
        names = sorted(path.name for path in self._folder.glob("GC[AF]_*"))
        return [genome for name in names if (genome := self.find(name))]

    def get(self, accession: str, builder: CacheBuilder) -> CachedGenome:
        """Return a genome; download and index what is not cached yet.

        Raises:
            InputError: there is no such assembly, or it is not DNA.
            TransferError: the download failed; the next call resumes it.
            StorageError: the disk is full or may not be written to.
        """
        if genome := self.find(accession):
            return genome
        with self._locked(accession):
            if (genome := self.find(accession)) is None:
                folder = self._folder_of(accession)
                genome = builder.build(accession, folder, read_cached_genome(folder))
                genome.write()
            return genome

    def index(self, accession: str, builder: CacheBuilder) -> Index:
        """Open the index of a genome that get() returns. A damaged index is built again."""
        try:
            return Index.open(self.get(accession, builder).index)
        except IndexFileError:
            self._delete(accession, family(self._folder_of(accession) / INDEX))
            return Index.open(self.get(accession, builder).index)

    def annotation(self, accession: str, builder: CacheBuilder) -> Annotation | None:
        """Read the genes of a genome that get() returns, or None if it has none.

        Genes that are damaged, or were prepared by an older version, are prepared again.
        """
        genome = self.get(accession, builder)
        if genome.genes and not (genome.is_intact(GENES) and is_current(genome.genes)):
            self._delete(accession, [genome.genes])
            genome = self.get(accession, builder)
        return read_annotation(genome.genes) if genome.genes else None

    def remove(self, accession: str) -> int:
        """Delete a genome, complete or not, and return how many bytes that freed.

        Raises:
            InputError: the genome is not cached, or another process is downloading it.
        """
        folder = self._folder_of(accession)
        if not folder.is_dir():
            raise InputError(
                f"{accession} is not in the cache of this machine; 'crackling genome --list' shows what is"
            )
        with self._locked(accession, wait=False), explain_write_errors(folder):
            size = sum(path.stat().st_size for path in folder.iterdir())
            (folder / FACTS).unlink(missing_ok=True)  # first: what is left is not complete
            shutil.rmtree(folder)
        return size

    def _folder_of(self, accession: str) -> Path:
        if not ACCESSION.fullmatch(accession):
            raise InputError(
                f"{accession[:40]!r} is not the accession of an assembly; give one such as GCF_000840245.1"
            )
        return self._folder / accession

    @contextmanager
    def _locked(self, accession: str, *, wait: bool = True) -> Iterator[None]:
        folder = self._folder_of(accession)
        path = folder.with_name(f".{accession}.lock")
        with explain_write_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            lock = path.open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not wait:
                    raise InputError(
                        f"{accession} is being downloaded by another process; wait for it, or end it"
                    ) from None
                logger.info("another process is downloading it; waiting")
                fcntl.flock(lock, fcntl.LOCK_EX)
            folder.mkdir(exist_ok=True)  # another process may have removed it meanwhile
            yield

    def _delete(self, accession: str, files: Iterable[Path]) -> None:
        with self._locked(accession):
            for path in files:
                path.unlink(missing_ok=True)
