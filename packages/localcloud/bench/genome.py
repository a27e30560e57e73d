"""Generate a genome to search: synthetic, the same every time, like yeast's in size, base composition and repeats."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

SEED: Final = 20_260_101
GC: Final = 0.38
CONTIG: Final = 1_000_000  # bases: the largest query is one contig
TRANSPOSON, TRANSPOSONS, DIVERGENCE = 6_000, 4, 0.02  # bases, copies per contig, share of bases that differ
TANDEM, TANDEMS = 9_000, 12  # an array of exact copies, like ribosomal DNA; in the first contig only
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


class Genome:
    """A synthetic genome of `contigs` contigs with a megabase each."""

    def __init__(self, contigs: int) -> None:
        self._random = random.Random(SEED)
        transposon = self._bases(TRANSPOSON)
        self.contigs = [self._contig(transposon) for _ in range(contigs)]
        array = self._bases(TANDEM) * TANDEMS
        self.contigs[0] = self.contigs[0][: -len(array)] + array

    def _bases(self, count: int) -> str:
        weights = [(1 - GC) / 2, GC / 2, GC / 2, (1 - GC) / 2]
        return "".join(self._random.choices("ACGT", weights, k=count))

    def _contig(self, transposon: str) -> str:
        contig = self._bases(CONTIG)
        for _ in range(TRANSPOSONS):
            copy = self._diverged(transposon)
            if self._random.random() < 0.5:
                copy = copy.translate(_COMPLEMENT)[::-1]
            start = self._random.randrange(CONTIG - len(copy))
            contig = contig[:start] + copy + contig[start + len(copy) :]
        return contig

    def _diverged(self, sequence: str) -> str:
        return "".join(
            self._random.choice("ACGT") if self._random.random() < DIVERGENCE else base for base in sequence
        )

    @property
    def bases(self) -> int:
        return sum(map(len, self.contigs))

    def write(self, path: Path) -> None:
        """Write the genome as FASTA."""
        with path.open("w") as out:
            for number, contig in enumerate(self.contigs, start=1):
                out.write(f">contig{number}\n")
                out.writelines(f"{contig[start : start + 80]}\n" for start in range(0, len(contig), 80))

    def piece(self, bases: int) -> str:
        """Return a query: the first bases of the last contig."""
        return self.contigs[-1][:bases]
