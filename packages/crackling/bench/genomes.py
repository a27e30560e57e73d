"""Provide the genomes that are measured: real ones from Debian's example packages, plain FASTA under build/bench.

Where a package cannot be had, a synthetic genome of the same size with repeats takes its place, and the table says so.
"""

from __future__ import annotations

import gzip
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import debian
from crackling.guides.sites import SITE_NT
from synthetic import write_genome

if TYPE_CHECKING:
    from pathlib import Path

GENOMES = debian.BUILD / "genomes"


@dataclass(frozen=True, slots=True)
class Source:
    """The files of a genome (package, path from the root), and the targets for its index.

    score_target: microseconds a guide; bulk_target: of the search alone, many guides together.
    """

    name: str
    files: tuple[tuple[str, str], ...]
    bases: int
    score_target: float
    bulk_target: float
    is_small: bool


ECOLI = Source(
    "E. coli",
    (("ragout-examples", "usr/share/doc/ragout/examples/E.Coli/references/MG1655-K12.fasta.gz"),),
    4_640_000,
    score_target=5,
    bulk_target=1.5,
    is_small=True,
)
FALCIPARUM = Source(
    "P. falciparum",
    (("smalt-examples", "usr/share/doc/smalt/test/data/genome_1.fa.gz"),),
    23_260_000,
    score_target=8,
    bulk_target=5,
    is_small=True,
)
HUMAN = Source(
    "human 20 + X",
    (
        ("vt-examples", "usr/share/doc/vt/examples/ref/20.fa.gz"),
        ("smalt-examples", "usr/share/doc/smalt/test/data/hs37chrXtrunc.fa.gz"),
    ),
    133_000_000,
    score_target=30,
    bulk_target=6,
    is_small=False,
)


@dataclass(frozen=True, slots=True)
class Genome:
    """A plain FASTA file, and a note for the table."""

    name: str
    fasta: Path
    note: str

    @property
    def index(self) -> Path:
        return self.fasta.with_suffix(".issl")


def prepare(source: Source) -> Genome:
    """Write the genome's plain FASTA where it is not there yet."""
    GENOMES.mkdir(parents=True, exist_ok=True)
    stem = source.name.replace(" ", "_").replace(".", "").replace("+", "and")
    real, invented = GENOMES / f"{stem}.fa", GENOMES / f"{stem}.synthetic.fa"
    if not real.exists():
        found = [debian.find(*file) for file in source.files]
        paths = [path for path in found if path]
        if len(paths) == len(found):
            _unpack(paths, real)
    if real.exists():
        return Genome(source.name, real, "")
    if not invented.exists():
        write_genome(invented, source.bases)
    return Genome(source.name, invented, "synthetic: Debian's package is out of reach")


def _unpack(paths: list[Path], fasta: Path) -> None:
    unfinished = fasta.with_suffix(".tmp")
    with unfinished.open("wb") as out:
        for path in paths:
            with gzip.open(path, "rb") as letters:
                shutil.copyfileobj(letters, out, 1 << 20)
    unfinished.replace(fasta)


def sample_guides(fasta: Path, n: int, seed: int = 1) -> list[str]:
    """Sample guides of n sites with the PAM NGG uniformly from both strands of a plain FASTA file, by rejection."""
    letters = np.memmap(fasta, np.uint8, "r")
    rng = np.random.default_rng(seed)
    guides: list[str] = []
    while len(guides) < n:
        starts = rng.integers(0, len(letters) - 2 * SITE_NT, 4 * (n - len(guides)) + 256)
        windows = letters[starts[:, None] + np.arange(SITE_NT + 1)]
        guides += [
            guide for window in windows if (guide := _guide(window.tobytes().decode("ascii", "replace")))
        ]
    return guides[:n]


def _guide(window: str) -> str | None:
    """Return the guide in a window of a file. The window has a letter to spare, because it may contain a line's end."""
    if window[0] == "\n":
        return None
    site = window.replace("\n", "")[:SITE_NT].upper()
    if len(site) < SITE_NT or not set(site) <= set("ACGT"):
        return None
    # Where both strands have the PAM, which is rare, the forward one is taken.
    if site.endswith("GG"):
        return site[:-3]
    return site.translate(str.maketrans("ACGT", "TGCA"))[::-1][:-3] if site.startswith("CC") else None


def random_guides(n: int, seed: int = 2) -> list[str]:
    """Return random guides, which belong to no genome."""
    codes = np.random.default_rng(seed).integers(0, 4, (n, 20))
    return ["".join("ACGT"[code] for code in row) for row in codes]
