"""The command `crackling inspect`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.cli.shared import command_parser

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "inspect",
        "Check an index whole and say what is in it.",
        "crackling inspect genome.issl",
    )
    parser.add_argument("index", type=Path, metavar="INDEX")
    parser.add_argument("--json", action="store_true", help="print it as JSON, with all contigs")


def run(options: argparse.Namespace) -> None:
    from crackling.specificity import Index
    from crackling.specificity.layout import VERSION

    with Index.open(options.index) as index:
        header, contigs = index.header, index.contigs
    rows: dict[str, int | str] = {
        "version": VERSION,
        "compatible": "yes" if header.compatible else "no",
        "contigs": header.contigs,
        "bases": header.bases,
        "sites": header.sites,
        "distinct_sites": header.distinct_sites,
        "bytes": header.file_bytes,
        "key_bases": f"{header.prefix_nt} first, {header.suffix_nt} last",
    }
    if options.json:
        listed = [{"name": name, "bases": bases} for name, bases in contigs]
        sys.stdout.write(json.dumps({**rows, "compatible": header.compatible, "contig_list": listed}) + "\n")
        return
    for name, value in rows.items():
        text = f"{value:,}" if isinstance(value, int) else value
        sys.stdout.write(f"{name.replace('_', ' '):<15}{text:>20}\n")
    for name, bases in sorted(contigs, key=lambda contig: -contig[1])[:10]:
        sys.stdout.write(f"  {bases:>15,}  {name}\n")
    if len(contigs) > 10:
        sys.stdout.write(f"  {'...':>15}  and {len(contigs) - 10:,} shorter contigs\n")
