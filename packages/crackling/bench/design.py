"""Measure the whole command: design the guides of a query on an indexed genome, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from crackling.sequences.fasta import read_fasta
from report import Figure

if TYPE_CHECKING:
    from genomes import Genome
    from report import Report

SECONDS_BY_QUERY = {10_000: 0.4, 100_000: 1.0}
RUNS = 3
START_SECONDS = 0.3


def measure_start(report: Report) -> None:
    seconds = min(_seconds("--help") for _ in range(5))
    report.add(Figure("command line", "crackling --help", seconds, "s", START_SECONDS))


def measure_design(report: Report, genome: Genome) -> None:
    """Measure designs of queries cut from the middle of the longest contig."""
    contig = max(read_fasta(genome.fasta), key=lambda contig: len(contig.sequence))
    for length, target in SECONDS_BY_QUERY.items():
        middle = (len(contig.sequence) - length) // 2
        query = genome.fasta.with_suffix(".query.fa")
        query.write_text(f">query\n{contig.sequence[middle : middle + length]}\n", "utf-8")
        out = genome.fasta.with_suffix(".design.csv")
        words = ("design", str(query), "--genome", str(genome.index), "-o", str(out), "--threads", "2")
        seconds = min(_seconds(*words) for _ in range(RUNS))
        guides = sum(1 for _ in out.open("rb")) - 1
        report.add(
            Figure(
                genome.name,
                f"design of {length // 1000} kb",
                seconds,
                "s",
                target,
                note=f"{guides:,} guides, 2 threads",
            )
        )


def _seconds(*arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "crackling", *arguments], check=True, capture_output=True)
    return time.perf_counter() - started
