"""Describe a genome in the cache: its files, and what facts.json says about them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from crackling.ncbi.assembly import Assembly
from crackling.sequences.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path

FASTA: Final = "genome.fa.gz"
GFF: Final = "genome.gff.gz"
INDEX: Final = "genome.issl"
GENES: Final = "genome.genes"
FACTS: Final = "facts.json"
_PUBLISHED: Final = (FASTA, GFF)


@dataclass(frozen=True)
class CachedGenome:
    """A genome in the cache.

    Attributes:
        folder: where its files are.
        assembly: what NCBI says about it.
        md5s: the md5 of the files that have no checksums of their own; of NCBI's files, as NCBI publishes it.
        files: the size of each file by its name.
    """

    folder: Path
    assembly: Assembly
    md5s: dict[str, str]
    files: dict[str, int]

    @property
    def fasta(self) -> Path:
        return self.folder / FASTA

    @property
    def index(self) -> Path:
        """Return the path that the index was built as."""
        return self.folder / INDEX

    @property
    def genes(self) -> Path | None:
        """Return the prepared annotation; None if NCBI publishes none that can be used."""
        return self.folder / GENES if GENES in self.files else None

    @property
    def bytes(self) -> int:
        return sum(self.files.values())

    @property
    def published(self) -> dict[str, str]:
        """Return the md5 sums of NCBI's own files."""
        return {name: self.md5s[name] for name in _PUBLISHED if name in self.md5s}

    @property
    def index_files(self) -> list[str]:
        return [name for name in self.files if name not in (*_PUBLISHED, GENES)]

    @property
    def complete(self) -> bool:
        """Return whether each file has its size; the contents are checked when they are read."""
        return all(map(self.has, self.files))

    def has(self, name: str) -> bool:
        """Return whether a file has its size."""
        path = self.folder / name
        return path.is_file() and path.stat().st_size == self.files.get(name)

    def is_intact(self, name: str) -> bool:
        """Return whether a file has its size and its md5."""
        return self.has(name) and md5_of(self.folder / name) == self.md5s[name]

    def write(self) -> None:
        """Write facts.json, which makes the genome complete."""
        facts = {"assembly": asdict(self.assembly), "md5s": self.md5s, "files": self.files}
        with write_atomically(self.folder / FACTS) as out:
            out.write(json.dumps(facts, indent=1, sort_keys=True).encode())


def read_cached_genome(folder: Path) -> CachedGenome | None:
    """Read facts.json; return None if it is missing or has another form."""
    try:
        facts = json.loads((folder / FACTS).read_text("utf-8"))
        files = {str(name): int(size) for name, size in facts["files"].items()}
        md5s = {str(name): str(md5) for name, md5 in facts["md5s"].items()}
        return CachedGenome(folder, Assembly(**facts["assembly"]), md5s, files)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def md5_of(path: Path) -> str:
    """Return the md5 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
