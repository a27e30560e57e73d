"""The command `crackling index`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.cli.shared import add_threads, command_parser, progress, source

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "index",
        "Index a genome: find all its sites (20 nt beside NGG or NAG, both strands), count them and note their places.",
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
    add_threads(parser)
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(options: argparse.Namespace) -> None:
    from crackling.specificity import build_index

    sources = [source(name) for name in options.fasta]
    with progress() as tell:
        summary = build_index(
            sources, options.output, compatible=options.compatible, threads=options.threads, progress=tell
        )
    rows = asdict(summary)
    if options.json:
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    for name, value in rows.items():
        sys.stdout.write(f"{name.replace('_', ' '):<15}{value:>15,}\n")
