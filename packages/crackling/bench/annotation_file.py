"""Measure reading an annotation of the size of a human one: a synthetic file in which the records are as in NCBI's."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import debian
from report import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from report import Report

HUMAN_LINES = 5_000_000
MAX_SECONDS, MAX_MEGABYTES = 6, 1000
CONTIGS = 24
CONTIG_BASES = 130_000_000
SEED = 15
_READ = """
import json, resource, sys, time
from crackling.annotation.annotation import read_annotation
started = time.process_time()
annotation = read_annotation(sys.argv[1])
seconds = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, peak * 1024 / 1e6, len(annotation.genes)]))
"""


def write_annotation(path: Path, lines: int, seed: int = SEED) -> None:
    """Write a gzipped GFF3 file of about so many lines; the same arguments give the same lines.

    A gene has some 3 transcripts of some 11 exons, most of which they share, and most of them coding.
    """
    unfinished = path.with_suffix(".tmp")
    with gzip.open(unfinished, "wt", compresslevel=1) as out:
        out.write("##gff-version 3\n")
        out.writelines(_records(random.Random(seed), lines))
    unfinished.replace(path)


def _records(chance: random.Random, lines: int) -> Iterator[str]:
    written = number = 0
    while written < lines:
        number += 1
        for record in _gene(chance, number, lines):
            written += 1
            yield record


def _gene(chance: random.Random, number: int, lines: int) -> Iterator[str]:
    at = int(number / (lines / 70) * CONTIGS * CONTIG_BASES)
    contig = f"NC_{min(at // CONTIG_BASES, CONTIGS - 1) + 1:06}.12"
    start, strand, name = at % CONTIG_BASES, chance.choice("+-"), f"GENE{number}"
    exons = [
        (start + 2000 * index, start + 2000 * index + chance.randint(60, 300))
        for index in range(chance.randint(1, 21))
    ]
    more = f"Dbxref=GeneID:{number},HGNC:HGNC:{number + 7},MIM:{number + 9};"
    head = f"{contig}\tBestRefSeq\t"
    yield (
        f"{head}gene\t{start + 1}\t{exons[-1][1]}\t.\t{strand}\t.\tID=gene-{name};{more}Name={name};description=gene {number};"
        f"gbkey=Gene;gene={name};gene_biotype=protein_coding;gene_synonym=S{number},T{number}\n"
    )
    for transcript in range(chance.randint(1, 5)):
        own = f"NM_{number:06}{transcript}.2"
        some = [exon for exon in exons if chance.random() < 0.9] or exons
        span = f"{some[0][0] + 1}\t{some[-1][1]}\t.\t{strand}\t."
        tail = f"gene={name};product=protein {number}%2C transcript variant {transcript};transcript_id={own}"
        yield f"{head}mRNA\t{span}\tID=rna-{own};Parent=gene-{name};{more}Name={own};gbkey=mRNA;{tail}\n"
        for index, (first, last) in enumerate(some):
            where = f"{first + 1}\t{last}\t.\t{strand}"
            yield f"{head}exon\t{where}\t.\tID=exon-{own}-{index};Parent=rna-{own};{more}gbkey=mRNA;{tail}\n"
        for index, (first, last) in enumerate(some[1:-1] or some):
            where = f"{first + 1}\t{last}\t.\t{strand}\t{index % 3}"
            yield f"{head}CDS\t{where}\tID=cds-{own};Parent=rna-{own};{more}Name=NP_{own};gbkey=CDS;{tail}\n"
    yield f"{head}cDNA_match\t{start + 1}\t{start + 400}\t99.1\t{strand}\t.\tID=aln{number};Target=NM_{number}.1 1 400 +\n"


def measure_annotation(report: Report, lines: int = HUMAN_LINES) -> None:
    """Measure the processor time and the memory of a process that reads the file."""
    path = debian.BUILD / f"annotation_{lines}.gff3.gz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_annotation(path, lines)
    output = subprocess.run([sys.executable, "-c", _READ, str(path)], check=True, capture_output=True).stdout
    seconds, peak, genes = json.loads(output)
    name, note = (
        f"annotation, {lines:,} lines",
        f"{genes:,} genes, {path.stat().st_size / 1e6:,.0f} MB gzipped; processor time",
    )
    report.add(Figure(name, "read", seconds, "s", MAX_SECONDS * lines / HUMAN_LINES, note=note))
    report.add(Figure(name, "read, peak memory", peak, "MB", MAX_MEGABYTES))
