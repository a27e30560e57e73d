"""The command `crackling score`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.cli.guides import parse_guides
from crackling.cli.shared import (
    STDIN,
    add_index,
    add_mismatches,
    add_threads,
    command_parser,
    output,
    progress,
)
from crackling.errors import InputError

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "score",
        "Score guides against an index: MIT and CFD aggregates (100 is best) and occurrences by number of mismatches.",
        "crackling score genome.issl guides.txt > scores.tsv",
    )
    add_index(parser)
    parser.add_argument(
        "guides",
        metavar="GUIDES",
        help="one a line or FASTA, 20 nt or 23 with the PAM; '-' is standard input",
    )
    add_mismatches(parser)
    parser.add_argument(
        "--compatible", action="store_true", help="weigh every PAM as NGG, as the published program does"
    )
    add_threads(parser)


def run(options: argparse.Namespace) -> None:
    from crackling.cli.kept import open_index

    guides = _read_guides(options.guides)
    with progress() as tell, open_index(options.index, tell, options.threads) as index:
        scores = index.score(
            guides,
            options.k,
            compatible=options.compatible,
            threads=options.threads,
            progress=(lambda done: tell("scoring", done, len(guides))) if tell else None,
        )
    with output(None) as stream:
        stream.write("\t".join(["guide", "mit", "cfd", *(f"mm{n}" for n in range(options.k + 1))]) + "\n")
        for guide, score in zip(guides, scores, strict=True):
            stream.write(
                "\t".join([guide, f"{score.mit:.6f}", f"{score.cfd:.6f}", *map(str, score.counts)]) + "\n"
            )


def _read_guides(name: str) -> list[str]:
    from crackling.files import readable

    try:
        if name == STDIN:
            return parse_guides(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8"), "standard input")
        with readable(Path(name)) as file:
            return parse_guides(io.TextIOWrapper(file, encoding="utf-8"), name)
    except UnicodeDecodeError:
        raise InputError(f"{name}: is not text; give guides, one a line") from None
