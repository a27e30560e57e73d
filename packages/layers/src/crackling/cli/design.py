"""The command `crackling design`."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from crackling.cli.shared import STDIN, add_threads, command_parser, output, positive, progress, source
from crackling.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from crackling.cli.shared import Commands
    from crackling.results import Format
    from crackling.sequences import Contig
    from crackling.specificity import Index
    from crackling.specificity.genome import Progress

FORMATS = ("csv", "tsv", "json", "bed", "gff3")
TABLE = "table"


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "design",
        "Design guides: find every site of a query on both strands, judge its efficiency by three methods, and score its "
        "specificity against a genome.",
        "crackling design gene.fa --genome genome.issl -o guides.csv",
    )
    parser.add_argument(
        "query", metavar="QUERY", help="a FASTA file ('-' is standard input) or a bare sequence"
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
    from crackling.design import design
    from crackling.results import write

    contigs = _read_query(options.query)
    with progress() as tell, _open_genome(options.genome, options.threads, tell) as index:
        targets = design(
            contigs,
            index,
            consensus=options.consensus,
            all_folds=options.all_folds,
            threads=options.threads,
            progress=tell,
        )
    chosen = options.format or _format_of(options.output)
    with output(options.output) as stream:
        if chosen == TABLE:
            from crackling.cli.table import write_table

            write_table(targets, stream)
        else:
            write(targets, cast("Format", chosen), stream)


def _format_of(path: Path | None) -> str:
    ending = path.suffix.lower().lstrip(".") if path else ""
    return {"gff": "gff3"}.get(ending, ending) if ending in {*FORMATS, "gff"} else "csv"


def _read_query(text: str) -> list[Contig]:
    from crackling.sequences import LETTERS, normalise, parse_query, read_fasta

    if _is_file(text):
        label = "standard input" if text == STDIN else text
        return [normalise(contig, label) for contig in read_fasta(source(text), label)]
    if not text.startswith(">") and not LETTERS.issuperset("".join(text.split()).upper()):
        raise InputError(f"{text[:80]}: no such file, and no DNA; name a FASTA file or give A, C, G, T")
    return parse_query(text)


def _is_file(text: str) -> bool:
    try:
        return text == STDIN or (text != "" and Path(text).exists())
    except (OSError, ValueError):  # a sequence can be too long for a name
        return False


@contextmanager
def _open_genome(path: Path, threads: int | None, tell: Progress | None) -> Iterator[Index]:
    """An index, also by accession, or FASTA that is indexed in a temporary folder."""
    from crackling.cli.kept import is_accession, open_index
    from crackling.specificity import Index, build_index
    from crackling.specificity.index import is_index

    if is_accession(path) or is_index(path):
        with open_index(path, tell, threads) as index:
            yield index
        return
    with tempfile.TemporaryDirectory(prefix="crackling-") as folder:
        built = Path(folder) / "genome.issl"
        build_index([path], built, threads=threads, progress=tell)
        with Index.open(built, verify=False) as index:
            yield index
