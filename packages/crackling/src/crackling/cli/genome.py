"""Run the command `crackling genome`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from crackling.cli.shared import add_threads, command_parser, progress, say
from crackling.printable import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from crackling.cli.shared import Commands
    from crackling.ncbi import Assembly
    from crackling.ncbi.cached_genome import CachedGenome

COLUMNS = ("accession", "organism", "common_name", "name", "level", "bases", "contigs")
NUMBERS = {"bases", "contigs", "bytes"}


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "genome",
        "Download a genome and its genes from NCBI by the accession of its assembly, verify both against the published md5, "
        "index the genome, and cache everything on this machine. Files already cached are not downloaded again, and an "
        "interrupted download is resumed. Or search NCBI, list the cached genomes, or remove one.",
        "crackling genome GCF_000840245.1\n  crackling genome --search zebrafish",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("accession", nargs="?", metavar="ACCESSION", help="of an assembly: GCF_... or GCA_...")
    what.add_argument("--search", metavar="TEXT", help="list assemblies of an organism, or of an accession")
    what.add_argument("--list", action="store_true", help="list the genomes on this machine")
    what.add_argument("--remove", metavar="ACCESSION", help="delete a genome from this machine")
    add_threads(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> None:
    from crackling.ncbi.cache import Cache

    if options.search is not None:
        _search(options.search, as_json=options.json)
    elif options.list:
        _list(Cache().list(), as_json=options.json)
    elif options.remove:
        freed = Cache().remove(options.remove)
        sys.stdout.write(
            json.dumps({"freed": freed}) + "\n" if options.json else f"{freed:,} bytes are free again\n"
        )
    else:
        _get(options.accession, options.threads, as_json=options.json)


def _get(accession: str, threads: int | None, *, as_json: bool) -> None:
    from crackling.genomes import download_genome

    with progress() as report:
        facts = _facts(download_genome(accession, threads=threads, progress=report))
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    for name, value in facts.items():
        if value is not None:
            text = f"{value:,}" if name in NUMBERS else printable(str(value))
            sys.stdout.write(f"{name.replace('_', ' '):<15}{text}\n")


def _facts(genome: CachedGenome) -> dict[str, object]:
    assembly = asdict(genome.assembly)
    return {name: assembly[name] for name in COLUMNS} | {
        "bytes": genome.bytes,
        "fasta": str(genome.fasta),
        "index": str(genome.index),
        "genes": str(genome.genes) if genome.genes else None,
    }


def _search(text: str, *, as_json: bool) -> None:
    from crackling.ncbi import Ncbi

    found = [_row(assembly) for assembly in Ncbi.from_environment().search(text)]
    _write(found, (*COLUMNS, "reference"), as_json=as_json)
    if not found:
        say(
            f"NCBI suggests no organism with a genome for {text!r}; try its scientific name, or a shorter one"
        )


def _row(assembly: Assembly) -> dict[str, object]:
    row = asdict(assembly)
    return {name: row[name] for name in COLUMNS} | {"reference": "yes" if assembly.reference else "no"}


def _list(cached: Sequence[CachedGenome], *, as_json: bool) -> None:
    _write([_facts(genome) for genome in cached], (*COLUMNS, "bytes", "genes"), as_json=as_json)


def _write(rows: list[dict[str, object]], columns: Sequence[str], *, as_json: bool) -> None:
    """Write rows as JSON, as a table for people, or tab-separated."""
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    elif sys.stdout.isatty():
        _write_table(rows)
    else:
        sys.stdout.write("\t".join(columns) + "\n")
        for row in rows:
            sys.stdout.write("\t".join(printable(str(row[name] or "")) for name in columns) + "\n")


def _write_table(rows: list[dict[str, object]]) -> None:
    """Write what fits on a terminal: related names share a column, and JSON has the rest."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table("Accession", "Organism", "Assembly", "Level", box=box.SIMPLE_HEAD, pad_edge=False)
    table.columns[0].no_wrap = True
    table.add_column("Bases", justify="right", no_wrap=True)
    if cached := any("genes" in row for row in rows):
        table.add_column("Genes")
    for row in rows:
        common = f" ({row['common_name']})" if row["common_name"] else ""
        table.add_row(
            str(row["accession"]),
            printable(f"{row['organism']}{common}"),
            printable(str(row["name"])),
            str(row["level"]),
            f"{row['bases']:,}",
            *(["yes" if row["genes"] else "no"] if cached else []),
        )
    Console(highlight=False).print(table)
