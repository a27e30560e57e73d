"""Run the command `crackling inspect`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from crackling.cli.shared import add_index, command_parser, progress, refuse_to_overwrite
from crackling.printable import printable

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
    add_index(parser)
    parser.add_argument("--json", action="store_true", help="print it as JSON, with all contigs")


def run(options: argparse.Namespace) -> None:
    from crackling.genomes import open_index
    from crackling.specificity.layout import VERSION
    from crackling.specificity.names import family

    refuse_to_overwrite(None, *family(options.index))
    with progress() as report, open_index(options.index, progress=report) as index:
        headers, contigs = [shard.header for shard in index.shards], index.contigs
    first = headers[0]
    rows: dict[str, int | str] = {
        "version": VERSION,
        "compatible": "yes" if first.compatible else "no",
        "contigs": len(contigs),
        "bases": sum(header.bases for header in headers),
        "sites": sum(header.sites for header in headers),
        "distinct_sites": sum(header.distinct_sites for header in headers),
        "shards": len(headers),
        "bytes": sum(header.file_bytes for header in headers),
        "key_bases": f"{first.prefix_nt} first, {first.suffix_nt} last",
    }
    if options.json:
        listed = [{"name": name, "bases": bases} for name, bases in contigs]
        sys.stdout.write(json.dumps({**rows, "compatible": first.compatible, "contig_list": listed}) + "\n")
        return
    for name, value in rows.items():
        text = f"{value:,}" if isinstance(value, int) else value
        sys.stdout.write(f"{name.replace('_', ' '):<15}{text:>20}\n")
    for name, bases in sorted(contigs, key=lambda contig: -contig[1])[:10]:
        sys.stdout.write(f"  {bases:>15,}  {printable(name)}\n")
    if len(contigs) > 10:
        sys.stdout.write(f"  {'...':>15}  and {len(contigs) - 10:,} shorter contigs\n")
