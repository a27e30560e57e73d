"""Write synthetic genomes with families of repeats from a seed, as a stream so that any size fits in memory.

About as much of the genome is repeats as in mammals: many short copies (like Alu) and fewer long ones (like L1), each copy
with its own mutations, on both strands. GC content is 41 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

LINE_NT = 80
CHUNK_NT = 4_000_000  # a multiple of LINE_NT
CONTIG_NT = 128_000_000  # of CHUNK_NT
SEED = 20
GC = 0.41


@dataclass(frozen=True, slots=True)
class Family:
    """Copies of a consensus: how long it is, what share of the genome they fill, how many of their bases are mutated."""

    length: int
    share: float
    divergence: float


FAMILIES = (
    Family(300, 0.05, 0.05),
    Family(300, 0.06, 0.15),
    Family(1000, 0.09, 0.10),
    Family(6000, 0.08, 0.20),
)


def write_genome(path: Path, bases: int, seed: int = SEED) -> None:
    """Write a FASTA file of about `bases` bases; the same arguments give the same file."""
    rng = np.random.default_rng(seed)
    consensus = [_random(rng, family.length) for family in FAMILIES]
    unfinished = path.with_suffix(".tmp")
    with unfinished.open("wb") as out:
        for start in range(0, bases, CHUNK_NT):
            if start % CONTIG_NT == 0:
                out.write(b">synthetic_%d\n" % (start // CONTIG_NT + 1))
            chunk = _random(rng, min(CHUNK_NT, bases - start) // LINE_NT * LINE_NT)
            for family, letters in zip(FAMILIES, consensus, strict=True):
                _plant(rng, chunk, family, letters)
            lines = np.frombuffer(b"ACGT", np.uint8)[chunk].reshape(-1, LINE_NT)
            out.write(np.pad(lines, ((0, 0), (0, 1)), constant_values=ord("\n")).tobytes())
    unfinished.replace(path)


def _random(rng: np.random.Generator, n: int) -> NDArray[np.uint8]:
    of_byte = np.searchsorted(np.cumsum([(1 - GC) / 2, GC / 2, GC / 2]), np.arange(256) / 256, side="right")
    codes: NDArray[np.uint8] = of_byte.astype(np.uint8)[rng.integers(0, 256, n, dtype=np.uint8)]
    return codes


def _plant(
    rng: np.random.Generator, chunk: NDArray[np.uint8], family: Family, consensus: NDArray[np.uint8]
) -> None:
    """Overwrite parts of a chunk with mutated copies; half of them are reverse complements."""
    copies = int(len(chunk) * family.share / family.length)
    if not copies or len(chunk) <= family.length:
        return
    strands = np.stack([consensus, 3 - consensus[::-1]])
    letters = strands[rng.integers(0, 2, copies)]
    mutated = rng.integers(0, 256, letters.shape, dtype=np.uint8) < round(family.divergence * 256)
    letters[mutated] = rng.integers(0, 4, int(mutated.sum()), dtype=np.uint8)
    starts = rng.integers(0, len(chunk) - family.length, copies)
    chunk[starts[:, None] + np.arange(family.length)] = letters
