"""The genomes that this machine keeps, each in $XDG_CACHE_HOME/crackling/genomes/ACCESSION.

genome.fa.gz   NCBI's file
genome.issl    its index; of a large genome, its shards
genome.gff.gz  NCBI's file of its genes, where it publishes one
genome.genes   these genes, prepared
facts.json     what it is, and the size of each file. It is written last, so what it names is complete
MD5.part       a download that broke off; the next one goes on from there

One process at a time works on a genome; a lock that ends with its process keeps others waiting.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.annotation.annotation import read_annotation
from crackling.errors import IndexFileError, InputError
from crackling.ncbi.assembly import ACCESSION
from crackling.ncbi.cache_builder import make
from crackling.ncbi.cached_genome import FACTS, GENES, INDEX, Kept, read_kept
from crackling.sequences.files import writing
from crackling.specificity import Index
from crackling.specificity.names import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crackling.annotation.annotation import Annotation
    from crackling.ncbi.cache_builder import Work

logger = logging.getLogger(__name__)


def usual_folder() -> Path:
    """Where the XDG base directory specification has caches."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "crackling" / "genomes"


class Cache:
    """Genomes by accession in a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or usual_folder()

    def find(self, accession: str) -> Kept | None:
        """A genome that is complete."""
        kept = read_kept(self._of(accession))
        return kept if kept and kept.complete else None

    def list(self) -> list[Kept]:
        """Every complete genome, by accession."""
        names = sorted(path.name for path in self._folder.glob("GC[AF]_*"))
        return [kept for name in names if (kept := self.find(name))]

    def get(self, accession: str, work: Work) -> Kept:
        """A genome, fetched with its genes and indexed if it is not here; what is here of it is not fetched again.

        Raises:
            InputError: there is no such assembly, or it is no DNA.
            TransferError: it could not be fetched; what was fetched is kept.
            StorageError: the disk is full or may not be written to.
        """
        if kept := self.find(accession):
            return kept
        with self._locked(accession):
            if (kept := self.find(accession)) is None:
                folder = self._of(accession)
                kept = make(accession, folder, read_kept(folder), work)
                kept.write()
            return kept

    def index(self, accession: str, work: Work) -> Index:
        """Open the index of a genome, as get() brings it. One that is damaged is made again."""
        try:
            return Index.open(self.get(accession, work).index)
        except IndexFileError:
            self._forget(accession, family(self._of(accession) / INDEX))
            return Index.open(self.get(accession, work).index)

    def annotation(self, accession: str, work: Work) -> Annotation | None:
        """The genes of a genome, as get() brings them; None if it has none. Those that are damaged are made again."""
        kept = self.get(accession, work)
        if kept.genes and not kept.sound(GENES):
            self._forget(accession, [kept.genes])
            kept = self.get(accession, work)
        return read_annotation(kept.genes) if kept.genes else None

    def remove(self, accession: str) -> int:
        """Delete a genome, complete or not. Returns how many bytes that freed.

        Raises:
            InputError: it is not here, or another process is fetching it.
        """
        folder = self._of(accession)
        if not folder.is_dir():
            raise InputError(
                f"{accession} is not kept on this machine; 'crackling genome --list' shows what is"
            )

        with self._locked(accession, wait=False), writing(folder):
            size = sum(path.stat().st_size for path in folder.iterdir())
            (folder / FACTS).unlink(missing_ok=True)  # first: what is half removed is not complete
            shutil.rmtree(folder)
        return size

    def _of(self, accession: str) -> Path:
        if not ACCESSION.fullmatch(accession):
            raise InputError(
                f"{accession[:40]!r} is no accession of an assembly; give one such as GCF_000840245.1"
            )
        return self._folder / accession

    @contextmanager
    def _locked(self, accession: str, *, wait: bool = True) -> Iterator[None]:
        folder = self._of(accession)
        path = folder.with_name(f".{accession}.lock")
        with writing(path):
            folder.mkdir(parents=True, exist_ok=True)
            lock = path.open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not wait:
                    raise InputError(
                        f"{accession} is being fetched by another process; wait for it, or end it"
                    ) from None
                logger.info("another process is fetching it; waiting")
                fcntl.flock(lock, fcntl.LOCK_EX)
            folder.mkdir(exist_ok=True)  # it may have been removed meanwhile
            yield

    def _forget(self, accession: str, files: Iterable[Path]) -> None:
        with self._locked(accession):
            for path in files:
                path.unlink(missing_ok=True)
