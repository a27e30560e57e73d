"""Measure a genome of human size: the memory that its index needs, compared with a Lambda's, and the speed of the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import building
import scoring
from crackling.specificity.index import Index
from genomes import GENOMES, sample_guides
from report import Figure
from synthetic import write_genome

if TYPE_CHECKING:
    from pathlib import Path

    from report import Report

HUMAN_BASES = 3_100_000_000
PEAK_GIGABYTES = 10
GUIDES_A_SECOND = 2500
GUIDES = 5000


def measure_human_sized(report: Report, bases: int) -> None:
    """Measure a synthetic genome of human size, and delete its files, which are too large to keep."""
    GENOMES.mkdir(parents=True, exist_ok=True)
    fasta, index = GENOMES / "human_sized.fa", GENOMES / "human_sized.issl"
    name = f"synthetic, {bases / 1e9:.2g} Gb"
    try:
        report.say(f"{name}: writing")
        write_genome(fasta, bases)
        _measure_build(report, name, fasta, index)
        _measure_scoring(report, name, fasta, index)
    finally:
        for path in (fasta, fasta.with_suffix(".tmp"), index):
            path.unlink(missing_ok=True)


def _measure_build(report: Report, name: str, fasta: Path, index: Path) -> None:
    built = building.measure(fasta, index, threads=2)
    sites = f"{built.distinct_sites / 1e6:,.0f} M distinct of {built.sites / 1e6:,.0f} M sites"
    rate = f"{built.bases / built.seconds / 1e6:,.0f} Mb/s, 2 threads"
    report.add(Figure(name, "index", built.seconds, "s", note=f"{rate}; {sites}"))
    size = f"index {built.index_bytes / 1e9:.1f} GB"
    report.add(Figure(name, "index, peak memory", built.peak_bytes / 1e9, "GB", PEAK_GIGABYTES, note=size))


def _measure_scoring(report: Report, name: str, fasta: Path, index: Path) -> None:
    guides = sample_guides(fasta, GUIDES)
    with Index.open(index, verify=False, positions=False) as opened:  # verified in its own figure, below
        opened.score(guides)  # brings the lists into memory
        rate = 1e6 / scoring.microseconds(opened, guides)
    report.add(Figure(name, "score, 1 thread", rate, "guides/s", GUIDES_A_SECOND, at_least=True))
    report.add(Figure(name, "open and verify", scoring.seconds_to_open(index), "s", note="all sections"))
