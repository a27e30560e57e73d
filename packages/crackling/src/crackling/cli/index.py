"""Run the command `crackling index`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.cli.shared import add_threads, command_parser, positive, progress, refuse_to_overwrite, source

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "index",
        "Index a genome: find all its sites (20 nt beside NGG or NAG, both strands), count them and store their locations.",
        "crackling index genome.fa.gz -o genome.issl",
    )
    parser.add_argument(
        "fasta", nargs="+", metavar="FASTA", help="plain or compressed; '-' is standard input"
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="OUT.issl")
    parser.add_argument(
        "--compatible",
        action="store_true",
        help="leave out sites that start with T, as the published program does",
    )
    parser.add_argument(
        "--shard-bases",
        type=positive,
        metavar="N",
        help="split the genome into shards of N bases, a file each (default: only where one cannot hold it)",
    )
    add_threads(parser)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(options: argparse.Namespace) -> None:
    from crackling.specificity import build_index
    from crackling.specificity.packed_genome import MAX_POSITIONS

    refuse_to_overwrite(options.output, *options.fasta)
    refuse_to_overwrite(None, *options.fasta)
    sources = [source(name) for name in options.fasta]
    with progress() as report:
        summary = build_index(
            sources,
            options.output,
            compatible=options.compatible,
            threads=options.threads,
            shard_bases=options.shard_bases or MAX_POSITIONS,
            progress=report,
        )
    rows = asdict(summary)
    files = [str(path) for path in rows.pop("files")]
    if options.json:
        sys.stdout.write(json.dumps({"files": files, **rows}) + "\n")
        return
    if len(files) > 1:
        sys.stdout.writelines(f"{file}\n" for file in files)
    for name, value in rows.items():
        sys.stdout.write(f"{name.replace('_', ' '):<15}{value:>15,}\n")
