"""The genomes that this machine keeps, each in $XDG_CACHE_HOME/crackling/genomes/ACCESSION.

genome.fa.gz   NCBI's file
genome.issl    its index; of a large genome, its shards
facts.json     what it is, and the size of each file. It is written last, so what it names is complete
MD5.part       a download that broke off; the next one goes on from there

One process at a time works on a genome; a lock that ends with its process keeps others waiting.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from crackling.errors import IndexFileError, InputError
from crackling.files import appearing, writing
from crackling.genomes.assembly import ACCESSION, Assembly
from crackling.genomes.transfer import wrong_md5
from crackling.specificity import Index, build_index
from crackling.specificity.names import family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from crackling.genomes.ncbi import Ncbi
    from crackling.genomes.transfer import RemoteFile
    from crackling.specificity.genome import Progress

FETCHING: Final = "fetching"  # the stage's name; its progress is in bytes
_FASTA, _INDEX, _FACTS = "genome.fa.gz", "genome.issl", "facts.json"
_READ = 1024 * 1024


def usual_folder() -> Path:
    """Where the XDG base directory specification has caches."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "crackling" / "genomes"


@dataclass(frozen=True)
class Kept:
    """A genome in the cache; `files` are the sizes of its files by name."""

    folder: Path
    assembly: Assembly
    md5: str
    files: dict[str, int]

    @property
    def fasta(self) -> Path:
        return self.folder / _FASTA

    @property
    def index(self) -> Path:
        """The path that the index was built as."""
        return self.folder / _INDEX

    @property
    def bytes(self) -> int:
        return sum(self.files.values())

    @property
    def complete(self) -> bool:
        """Whether each file has its size; their contents are checked where they are read."""
        return all(self._has(name) for name in self.files)

    def has_fasta(self) -> bool:
        """Whether the FASTA is as NCBI published it, to the byte."""
        return self._has(_FASTA) and _md5_of(self.fasta) == self.md5

    def _has(self, name: str) -> bool:
        path = self.folder / name
        return path.is_file() and path.stat().st_size == self.files[name]


@dataclass(frozen=True)
class Work:
    """How a genome is brought into the cache.

    `about` is told what will be fetched before the work starts, `waiting` that another process is at it.
    """

    ncbi: Ncbi
    about: Callable[[Assembly, RemoteFile], None]
    waiting: Callable[[], None]
    progress: Progress
    threads: int | None = None


class Cache:
    """Genomes by accession in a folder."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or usual_folder()

    def find(self, accession: str) -> Kept | None:
        """A genome that is complete."""
        kept = self._read(accession)
        return kept if kept and kept.complete else None

    def list(self) -> list[Kept]:
        """Every complete genome, by accession."""
        names = sorted(path.name for path in self._folder.glob("GC[AF]_*"))
        return [kept for name in names if (kept := self.find(name))]

    def get(self, accession: str, work: Work) -> Kept:
        """A genome, fetched and indexed if it is not here; what is here of it is not fetched again.

        Raises:
            InputError: there is no such assembly, or it is no DNA.
            TransferError: it could not be fetched; what was fetched is kept.
            StorageError: the disk is full or may not be written to.
        """
        if kept := self.find(accession):
            return kept
        with self._locked(accession, work.waiting):
            return self.find(accession) or self._make(accession, work)

    @contextmanager
    def index(self, accession: str, work: Work) -> Iterator[Index]:
        """The index of a genome, as get() brings it. One that is damaged is made again."""
        try:
            index = Index.open(self.get(accession, work).index)
        except IndexFileError:
            self._forget_index(accession, work)
            index = Index.open(self.get(accession, work).index)
        with index:
            yield index

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

        def busy() -> None:
            raise InputError(f"{accession} is being fetched by another process; wait for it, or end it")

        with self._locked(accession, busy), writing(folder):
            size = sum(path.stat().st_size for path in folder.iterdir())
            (folder / _FACTS).unlink(missing_ok=True)  # first: what is half removed is not complete
            shutil.rmtree(folder)
        return size

    def _of(self, accession: str) -> Path:
        if not ACCESSION.fullmatch(accession):
            raise InputError(
                f"{accession[:40]!r} is no accession of an assembly; give one such as GCF_000840245.1"
            )
        return self._folder / accession

    def _read(self, accession: str) -> Kept | None:
        """What facts.json says, None if it is missing or says something else."""
        folder = self._of(accession)
        try:
            facts = json.loads((folder / _FACTS).read_text("utf-8"))
            files = {str(name): int(size) for name, size in facts["files"].items()}
            return Kept(folder, Assembly(**facts["assembly"]), str(facts["md5"]), files)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    @contextmanager
    def _locked(self, accession: str, waiting: Callable[[], None]) -> Iterator[None]:
        folder = self._of(accession)
        path = folder.with_name(f".{accession}.lock")
        with writing(path):
            folder.mkdir(parents=True, exist_ok=True)
            lock = path.open("w")
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            folder.mkdir(exist_ok=True)  # it may have been removed meanwhile
            yield

    def _make(self, accession: str, work: Work) -> Kept:
        folder = self._of(accession)
        for left in folder.glob(".*.tmp"):  # by a process that was killed
            left.unlink()
        known = self._read(accession)
        if known and known.has_fasta():
            assembly, md5 = known.assembly, known.md5
        else:
            assembly = work.ncbi.assembly(accession)
            file = work.ncbi.fasta(assembly)
            work.about(assembly, file)
            md5 = file.md5
            if not (folder / _FASTA).is_file() or _md5_of(folder / _FASTA) != md5:
                _download(file, folder, work)
        summary = build_index(
            [folder / _FASTA], folder / _INDEX, threads=work.threads, progress=work.progress
        )
        sizes = {path.name: path.stat().st_size for path in (folder / _FASTA, *summary.files)}
        kept = Kept(folder, assembly, md5, sizes)
        with appearing(folder / _FACTS) as out:
            out.write(_facts(kept))
        return kept

    def _forget_index(self, accession: str, work: Work) -> None:
        with self._locked(accession, work.waiting):
            for path in family(self._of(accession) / _INDEX):
                path.unlink(missing_ok=True)


def _facts(kept: Kept) -> bytes:
    facts = {"assembly": asdict(kept.assembly), "md5": kept.md5, "files": kept.files}
    return json.dumps(facts, indent=1).encode()


def _download(file: RemoteFile, folder: Path, work: Work) -> None:
    """Fetch a file, going on where an earlier attempt broke off.

    Raises:
        TransferError: it could not be had; what came is kept, unless it was damaged.
    """
    part = folder / f"{file.md5}.part"
    for other in set(folder.glob("*.part")) - {part}:  # of a file that NCBI has replaced
        other.unlink()
    resumed = part.is_file()
    with writing(part):
        md5 = _fill(part, file, work)
        if md5 == file.md5:
            part.replace(folder / _FASTA)
            return
        part.unlink()
    if not resumed:
        raise wrong_md5(file)
    _download(file, folder, work)  # what had lain there was damaged: once more from the start


def _fill(part: Path, file: RemoteFile, work: Work) -> str:
    """Append what is missing of a file, and return the md5 of all."""
    digest = hashlib.md5(usedforsecurity=False)
    with part.open("a+b") as stream:
        stream.seek(0)
        while block := stream.read(_READ):
            digest.update(block)
        with closing(work.ncbi.blocks(file, stream.tell())) as blocks:
            for part_of_it in blocks:
                stream.write(part_of_it)
                stream.flush()  # what is in the file survives this process
                digest.update(part_of_it)
                work.progress(FETCHING, stream.tell(), file.bytes or 0)
    return digest.hexdigest()


def _md5_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
