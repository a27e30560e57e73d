"""The command `crackling design`."""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import contextmanager
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
    source,
)
from crackling.errors import InputError
from crackling.results.formats import FORMATS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from crackling.cli.shared import Commands
    from crackling.results import Design, Format
    from crackling.sequences.fasta import Contig
    from crackling.specificity import Index

TABLE = "table"
_ENDINGS = {ending: name for name, one in FORMATS.items() for ending in one.endings}


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "design",
        "Design guides: find every site of a query on both strands, or take a list of guides, judge their efficiency by three "
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
        metavar="NAME|CONTIG:START-END",
        help="instead of a query: a gene of the genome's annotation by its symbol or locus tag, or bases of the genome "
        "(from 1, with the last)",
    )
    parser.add_argument(
        "--genome",
        required=True,
        type=Path,
        metavar="FASTA|INDEX|ACCESSION",
        help="FASTA is indexed on the way; the genome of an accession is fetched once (see crackling genome)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument(
        "--format",
        choices=(*FORMATS, TABLE),
        help="default: by the ending of FILE, otherwise csv; table is for people",
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
    chosen = _chosen_format(options)
    design = _design(options)
    with output(options.output) as stream:
        if chosen == TABLE:
            _write_table(design, stream)
        else:
            from crackling.results import write

            write(design, cast("Format", chosen), stream)


def _design(options: argparse.Namespace) -> Design:
    from crackling.cli.cached_genomes import read_genes
    from crackling.cli.region import check_region, read_region
    from crackling.design import judge
    from crackling.guides.sites import find_sites
    from crackling.results import Design, Kind

    contigs = _read_query(options.query) if options.query is not None else []
    guides = read_guides(options.guides) if options.guides is not None else None
    if options.region is not None:
        check_region(options.region, options.genome)
    with _open_genome(options.genome, options.threads) as index:
        annotation = read_genes(options, options.genome, index)
        if options.region is not None:
            contigs = [read_region(options.region, options.genome, index, annotation)]
        with progress() as tell:
            targets = judge(
                find_sites(contigs) if guides is None else guides,
                index,
                annotation=annotation,
                consensus=options.consensus,
                all_folds=options.all_folds,
                threads=options.threads,
                progress=tell,
            )
    kind = Kind.SEQUENCE if guides is None else Kind.GUIDES
    return Design(genome_name(options.genome), targets, contigs, kind, options.consensus)


def _chosen_format(options: argparse.Namespace) -> str:
    ending = options.output.suffix.lower().lstrip(".") if options.output else ""
    chosen: str = options.format or _ENDINGS.get(ending, "csv")
    binary = chosen != TABLE and FORMATS[cast("Format", chosen)].binary
    if binary and options.output is None and sys.stdout.isatty():
        raise InputError(f"--format {chosen}: a terminal cannot show it; name a file with -o")
    return chosen


def _write_table(design: Design, stream: BinaryIO) -> None:
    from crackling.cli.table import write_table

    letters = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        write_table(design.targets, letters)
        letters.flush()
    finally:
        letters.detach()  # or it would close the stream


def genome_name(path: Path) -> str:
    """What a genome is called in results: its file's name without endings, which is its id where it comes from NCBI."""
    from crackling.specificity.names import parse_name

    shard = parse_name(path)
    name = shard.built_as.name if shard else path.name
    for ending in (".gz", ".bz2", ".xz", ".zst", ".issl", ".fa", ".fna", ".fasta"):
        name = name.removesuffix(ending)
    return name


def _read_query(text: str) -> list[Contig]:
    from crackling.sequences.fasta import LETTERS, parse_query, read_query

    if _is_file(text):
        label = "standard input" if text == STANDARD else text
        return read_query(source(text), label)
    if not text.startswith(">") and not LETTERS.issuperset("".join(text.split()).upper()):
        raise InputError(f"{text[:80]}: no such file, and no DNA; name a FASTA file or give A, C, G, T")
    return parse_query(text)


def _is_file(text: str) -> bool:
    try:
        return text == STANDARD or (text != "" and Path(text).exists())
    except (OSError, ValueError):  # a sequence can be too long for a name
        return False


@contextmanager
def _open_genome(path: Path, threads: int | None) -> Iterator[Index]:
    """An index, also by accession, or FASTA that is indexed in a temporary folder."""
    from crackling.cli.cached_genomes import is_accession, open_index
    from crackling.specificity import Index, build_index
    from crackling.specificity.index import is_index

    if is_accession(path) or is_index(path):
        with open_index(path, threads) as index:
            yield index
        return
    with tempfile.TemporaryDirectory(prefix="crackling-") as folder:
        built = Path(folder) / "genome.issl"
        with progress() as tell:
            build_index([path], built, threads=threads, progress=tell)
        with Index.open(built, verify=False) as index:
            yield index
