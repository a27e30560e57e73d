"""Run the command `crackling design`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from crackling.cli.shared import (
    STANDARD,
    add_annotation,
    add_threads,
    command_parser,
    output,
    positive,
    progress,
    read_guides,
    refuse_to_overwrite,
    source,
)
from crackling.errors import InputError
from crackling.results.formats import FORMATS, format_of

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands
    from crackling.results import Design, Format
    from crackling.sequences.fasta import Contig

TABLE = "table"


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "design",
        "Design guides: find every site of a query on both strands, or take a list of guides, assess their efficiency by three "
        "methods, and score their specificity against a genome.",
        "crackling design gene.fa --genome genome.issl -o guides.xlsx",
    )
    query = parser.add_mutually_exclusive_group(required=True)
    query.add_argument(
        "query", nargs="?", metavar="QUERY", help="a FASTA file ('-' is standard input) or a bare sequence"
    )
    query.add_argument(
        "--guides",
        metavar="FILE",
        help="instead of a query: your own guides, one a line, 20 nt or 23 with the PAM (else NGG is assumed)",
    )
    query.add_argument(
        "--region",
        action="append",
        metavar="REGION",
        help="instead of a query: a gene of the genome's annotation by its symbol or another name, a contig, or bases of the "
        "genome, CONTIG:START-END (from 1, with the last); several times for several",
    )
    parser.add_argument(
        "--genome",
        required=True,
        type=Path,
        metavar="FASTA|INDEX|ACCESSION",
        help="FASTA is indexed on the way; the genome of an accession is downloaded once (see crackling genome)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument(
        "--format",
        choices=(*FORMATS, TABLE),
        help="default: by the ending of FILE (.gz, .bz2, .xz or .zst behind it compresses), otherwise csv; table is for people",
    )
    add_annotation(parser)
    parser.add_argument(
        "--consensus",
        type=positive,
        choices=(1, 2, 3),
        default=2,
        help="methods that must accept an efficient guide (default: 2)",
    )
    parser.add_argument(
        "--all-folds", action="store_true", help="fold every guide, also where no verdict depends on it"
    )
    add_threads(parser)


def run(options: argparse.Namespace) -> None:
    from crackling.specificity.names import family

    query = options.query if options.query is not None and _is_file(options.query) else None
    genome = family(options.genome)
    refuse_to_overwrite(options.output, query, options.guides, options.annotation, *genome)
    chosen = _chosen_format(options)
    design = _design(options)
    with output(options.output) as stream:
        if chosen == TABLE:
            _write_table(design, stream)
        else:
            from crackling.results import write

            write(design, cast("Format", chosen), stream)


def _design(options: argparse.Namespace) -> Design:
    from crackling.genomes import check_region, open_genome
    from crackling.guide_design import design

    contigs = _read_query(options.query) if options.query is not None else None
    guides = read_guides(options.guides) if options.guides is not None else None
    if options.region is not None:
        for region in options.region:
            check_region(region, options.genome)
    with (
        progress() as report,
        open_genome(
            options.genome,
            annotation=options.annotation,
            published_genes=not options.no_annotation,
            threads=options.threads,
            progress=report,
        ) as genome,
    ):
        return design(
            contigs,
            guides=guides,
            region=options.region,
            genome=genome,
            min_accepted=options.consensus,
            all_folds=options.all_folds,
            threads=options.threads,
            progress=report,
        )


def _chosen_format(options: argparse.Namespace) -> str:
    chosen: str = options.format or (format_of(options.output) if options.output else None) or "csv"
    binary = chosen != TABLE and FORMATS[cast("Format", chosen)].binary
    if binary and options.output is None and sys.stdout.isatty():
        raise InputError(f"--format {chosen}: a terminal cannot show it; name a file with -o")
    return chosen


def _write_table(design: Design, stream: BinaryIO) -> None:
    from crackling.cli.table import write_table

    letters = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        write_table(design, letters)
        letters.flush()
    finally:
        letters.detach()  # otherwise it would close the stream


def _read_query(text: str) -> list[Contig]:
    from crackling.sequences.fasta import LETTERS, parse_query, read_query

    if _is_file(text):
        label = "standard input" if text == STANDARD else text
        return read_query(source(text), label)
    if not text.startswith(">") and not LETTERS.issuperset("".join(text.split()).upper()):
        raise InputError(
            f"{text[:80]}: no such file, and no DNA; name a FASTA file or give A, C, G, T; a gene is given with --region"
        )
    return parse_query(text)


def _is_file(text: str) -> bool:
    try:
        return text == STANDARD or (text != "" and Path(text).exists())
    except (OSError, ValueError):  # a sequence may be too long for a file name
        return False
