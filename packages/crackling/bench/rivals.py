"""Measure alternatives on the same guides: bwa as CRISPOR calls it, and a comparison with every site."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import debian
from crackling.specificity.guides import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from genomes import Genome

BWA_PACKAGE, BWA_PATH = "bwa", "usr/bin/bwa"
CRISPOR_OPTIONS = ["-n", "4", "-o", "0", "-l", "20", "-k", "4", "-N", "-t", "1"]
PAIRS = np.uint64(0x5555555555)


@dataclass(frozen=True, slots=True)
class Bwa:
    program: Path

    @classmethod
    def find(cls) -> Bwa | None:
        """Return the installed program, or Debian's, or None."""
        installed = shutil.which("bwa")
        program = Path(installed) if installed else debian.find(BWA_PACKAGE, BWA_PATH)
        return cls(program) if program and _runs(program) else None

    def microseconds(self, genome: Genome, guides: Sequence[str]) -> float:
        """Return the time a guide of its `aln` step, without loading its index, which is measured with one guide."""
        if not genome.fasta.with_suffix(".fa.sa").exists():
            self._run("index", str(genome.fasta))
        one, all_of_them = self._aln(genome, guides[:1]), self._aln(genome, guides)
        return (all_of_them - one) / (len(guides) - 1) * 1e6

    def _aln(self, genome: Genome, guides: Sequence[str]) -> float:
        queries = genome.fasta.with_suffix(".guides.fa")
        queries.write_text("".join(f">{i}\n{guide}\n" for i, guide in enumerate(guides)), "utf-8")
        started = time.perf_counter()
        self._run("aln", *CRISPOR_OPTIONS, "-f", os.devnull, str(genome.fasta), str(queries))
        return time.perf_counter() - started

    def _run(self, *arguments: str) -> None:
        subprocess.run([self.program, *arguments], check=True, capture_output=True)


def _runs(program: Path) -> bool:
    """Return whether a program runs. bwa without arguments shows its help, unless it lacks a library."""
    done = subprocess.run([program], check=False, capture_output=True, text=True)
    return "Usage" in done.stderr


def brute_force(
    sites: NDArray[np.uint64], times: NDArray[np.int64], guides: Sequence[str], k: int = 4
) -> tuple[float, list[tuple[int, ...]]]:
    """Compare every site with every guide: microseconds a guide, and occurrences by number of mismatches."""
    counts = []
    started = time.perf_counter()
    for guide in guides:
        x = sites ^ np.uint64(encode(guide))
        x |= x >> np.uint64(1)
        x &= PAIRS
        mismatches = np.bitwise_count(x)
        near = np.flatnonzero(mismatches <= k)
        found = Counter(dict.fromkeys(range(k + 1), 0))
        for number, occurrences in zip(mismatches[near].tolist(), times[near].tolist(), strict=True):
            found[number] += occurrences
        counts.append(tuple(found[number] for number in range(k + 1)))
    return (time.perf_counter() - started) / len(guides) * 1e6, counts
