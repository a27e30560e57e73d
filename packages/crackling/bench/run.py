"""Measure speed and size of index, search, folding and design, and write one table.

`python run.py [--quick] [--json FILE] [--markdown FILE] [--human-sized] [--limits] [--folding] [--search]
[--annotation]`. Everything that is
made lies under build/bench. docs/performance.md says what the figures mean.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

import annotation_file
import building
import bulk
import design
import folding
import memory
import rivals
import scoring
from crackling.specificity.guides import encode
from crackling.specificity.index import Index
from crackling.specificity.kernel import available_isas
from genomes import ECOLI, FALCIPARUM, HUMAN, Genome, Source, prepare, random_guides, sample_guides
from human_sized import HUMAN_BASES, measure_human_sized
from limits import measure_limits
from report import Figure, Report
from sections import Sections

MEGABYTE = 1e6


def measure_build(report: Report, genome: Genome, repeats: int) -> None:
    """Measure with two threads first, so that the index that remains is that of one thread."""
    both = building.measure(genome.fasta, genome.index, 2, repeats)
    one = building.measure(genome.fasta, genome.index, 1, repeats)
    name, note = genome.name, f"{one.processor_seconds:.2f} s of processor time. {genome.note}".strip()
    report.add(
        Figure(name, "index, 1 thread", one.bases / one.seconds / 1e6, "Mb/s", 30, at_least=True, note=note)
    )
    speed_up = f"{one.seconds / both.seconds:.2f} x one thread"
    report.add(Figure(name, "index, 2 threads", both.bases / both.seconds / 1e6, "Mb/s", note=speed_up))
    peak, allowed = max(one.peak_bytes, both.peak_bytes), 3 * one.index_bytes + 200e6
    size = f"target: 3 x the index of {one.index_bytes / MEGABYTE:,.0f} MB + 200 MB"
    report.add(Figure(name, "index, peak memory", peak / MEGABYTE, "MB", allowed / MEGABYTE, note=size))
    sections = Sections(genome.index)
    keys = f"{one.distinct_sites:,}; keys of {sections.header.prefix_nt} + {sections.header.suffix_nt} nt"
    report.add(Figure(name, "bytes a distinct site", sections.bytes_a_site, "", 9, note=keys))


def measure_scoring(report: Report, genome: Genome, index: Index, target: float, seconds: float) -> list[str]:
    name = genome.name
    report.add(Figure(name, "open and verify", scoring.seconds_to_open(genome.index) * 1e3, "ms"))
    guides = sample_guides(genome.fasta, scoring.TRIAL)
    guides = sample_guides(genome.fasta, scoring.enough_guides(index, guides, seconds))
    one, two = scoring.microseconds(index, guides), scoring.microseconds(index, guides, threads=2)
    processor = scoring.processor_microseconds(index, guides)
    note = f"{len(guides):,} of its own guides; {processor:.1f} us of processor time"
    report.add(Figure(name, "score, 1 thread", one, "us a guide", target, note=note))
    report.add(Figure(name, "score, 2 threads", one / two, "x one", 1.8, at_least=True))
    usual, few = scoring.middling(index, guides), guides[: len(guides) // 4]
    report.add(Figure(name, "score, median guide", scoring.microseconds(index, usual), "us a guide"))
    foreign = random_guides(len(few))
    report.add(Figure(name, "score, random guides", scoring.microseconds(index, foreign), "us a guide"))
    for isa in available_isas():
        with scoring.forced(isa):
            report.add(Figure(name, f"score, {isa}", scoring.microseconds(index, few), "us a guide"))
    return guides


def measure_limit(
    report: Report, genome: Genome, guides: list[str], bandwidth: float, line_seconds: float
) -> None:
    touched = Sections(genome.index).touched([encode(guide) for guide in guides[:2000]])
    size = f"{touched.bytes / 1e3:,.0f} kB in {touched.lines:,.0f} lines of {touched.reads:,.0f} random reads"
    report.add(
        Figure(genome.name, "limit by bandwidth", touched.bytes / bandwidth * 1e6, "us a guide", note=size)
    )
    note = "if nothing is cached"
    report.add(
        Figure(
            genome.name, "limit by random reads", touched.reads * line_seconds * 1e6, "us a guide", note=note
        )
    )


def measure_rivals(
    report: Report, genome: Genome, index: Index, guides: list[str], bwa: rivals.Bwa | None
) -> None:
    ours = scoring.microseconds(index, guides)
    if bwa:
        theirs = bwa.microseconds(genome, guides)
        note = f"{theirs / ours:,.0f} x ours on the same {len(guides):,} guides"
        report.add(Figure(genome.name, "bwa aln as CRISPOR's", theirs, "us a guide", note=note))
    few = guides[:5]
    theirs, counts = rivals.brute_force(*Sections(genome.index).sites(), few)
    agreed = "same" if counts == [row.counts for row in index.score(few)] else "DIFFERENT"
    note = f"{theirs / ours:,.0f} x ours; {agreed} counts"
    report.add(Figure(genome.name, "brute force", theirs, "us a guide", note=note))


def measure(
    report: Report, source: Source, bwa: rivals.Bwa | None, limits: tuple[float, float], quick: bool
) -> None:
    genome = prepare(source)
    measure_build(report, genome, 1 if quick else 3)
    with Index.open(genome.index) as index:
        guides = measure_scoring(report, genome, index, source.score_target, 0.3 if quick else 2.0)
        bulk.measure_bulk(report, genome, index, source.bulk_target)
        measure_limit(report, genome, guides, *limits)
        compared = guides[: 50 if quick else 1000] if source.is_small else guides[: 5 if quick else 100]
        measure_rivals(report, genome, index, compared, bwa if source.is_small or not quick else None)
    if source.is_small:
        folding.measure_folding(report, genome)
        design.measure_design(report, genome)


def measure_searches(report: Report) -> None:
    for source in (ECOLI, FALCIPARUM, HUMAN):
        genome = prepare(source)
        building.measure(genome.fasta, genome.index, 1, 1)
        with Index.open(genome.index, positions=False) as index:
            bulk.measure_bulk(report, genome, index, source.bulk_target)


def measure_folding_and_design(report: Report) -> None:
    genome = prepare(ECOLI)
    building.measure(genome.fasta, genome.index, 2, 1)
    folding.measure_folding(report, genome)
    design.measure_design(report, genome)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="shorter runs, and no bwa on the large genome")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures for programs")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="the table for docs/performance.md")
    parser.add_argument("--human-sized", type=int, nargs="?", const=HUMAN_BASES, metavar="BASES",
                        help="also a synthetic genome of this size (3.1 Gb): minutes, and 16 GB under build/bench")  # fmt: skip
    parser.add_argument(
        "--limits",
        action="store_true",
        help="only this: how large a genome a function can index (docs/limits.md)",
    )
    parser.add_argument(
        "--folding", action="store_true", help="only this: folding and design of guides of E. coli"
    )
    parser.add_argument(
        "--search", action="store_true", help="only this: the kernel's search guide by guide and together"
    )
    parser.add_argument(
        "--annotation",
        action="store_true",
        help="only this: reading an annotation of the size of a human one",
    )
    arguments = parser.parse_args()
    report = Report()
    if arguments.annotation:
        annotation_file.measure_annotation(report)
        finish(report, arguments)
        return
    if arguments.search:
        measure_searches(report)
        finish(report, arguments)
        return
    if arguments.folding:
        measure_folding_and_design(report)
        finish(report, arguments)
        return
    if arguments.limits:
        measure_limits(report)
        finish(report, arguments)
        return
    limits = memory.bytes_a_second(), memory.seconds_a_random_line()
    report.add(Figure("this machine", "memory bandwidth, 1 thread", limits[0] / 1e9, "GB/s"))
    report.add(Figure("this machine", "a line of memory at random", limits[1] * 1e9, "ns"))
    design.measure_start(report)
    bwa = rivals.Bwa.find()
    if not bwa:
        report.say("bwa cannot be had: not compared")
    for source in (ECOLI, FALCIPARUM, HUMAN):
        measure(report, source, bwa, limits, arguments.quick)
    if arguments.human_sized:
        measure_human_sized(report, arguments.human_sized)
    finish(report, arguments)


def finish(report: Report, arguments: argparse.Namespace) -> None:
    Console(width=150).print(report.table())
    if arguments.markdown:
        report.write_markdown(arguments.markdown)
    if arguments.json:
        report.write_json(arguments.json)


if __name__ == "__main__":
    main()
