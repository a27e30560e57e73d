"""Run the command `crackling score`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crackling.cli.shared import (
    add_index,
    add_mismatches,
    add_threads,
    command_parser,
    progress,
    read_guides,
    refuse_to_overwrite,
)

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
    from crackling.genomes import Genome, genome_name, open_index
    from crackling.guide_scores import score_guides
    from crackling.specificity.names import family

    refuse_to_overwrite(None, options.guides, *family(options.index))
    guides = [site.guide for site in read_guides(options.guides)]
    with (
        progress() as report,
        open_index(options.index, threads=options.threads, progress=report) as index,
    ):
        scores = score_guides(
            guides,
            genome=Genome(genome_name(options.index), index),
            k=options.k,
            compatible=options.compatible,
            threads=options.threads,
            progress=report,
        )
    sys.stdout.write("\t".join(["guide", "mit", "cfd", *(f"mm{n}" for n in range(options.k + 1))]) + "\n")
    for guide, score in zip(guides, scores, strict=True):
        row = [guide, f"{score.mit:.6f}", f"{score.cfd:.6f}", *map(str, score.counts)]
        sys.stdout.write("\t".join(row) + "\n")
