"""Run the command `crackling offtargets`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from crackling.cli.shared import (
    add_annotation,
    add_index,
    add_mismatches,
    command_parser,
    progress,
    refuse_to_overwrite,
)
from crackling.guides.guide_list import parse_guide
from crackling.printable import printable

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "offtargets",
        "List every location in the genome near a guide, the riskiest first (by CFD, then MIT). start and end are 0-based "
        "half-open and cover the 23 nt with the PAM; alignment has a dot for each match. MIT (0 to 100) and CFD (0 to 1) are "
        "those of the location; a perfect match (MIT 100) is left out of a guide's MIT aggregate.",
        "crackling offtargets genome.issl GACCCCCTCCACCCCGCCTC",
    )
    add_index(parser)
    parser.add_argument("guides", nargs="+", metavar="GUIDE", help="20 nt, or 23 with the PAM")
    add_mismatches(parser)
    add_annotation(parser)


def run(options: argparse.Namespace) -> None:
    from crackling.genomes import Genome, genome_name, open_index, read_genes
    from crackling.guide_scores import find_off_targets
    from crackling.specificity import OffTarget
    from crackling.specificity.names import family

    refuse_to_overwrite(None, options.annotation, *family(options.index))
    sites = [parse_guide(text, f"guide {number}") for number, text in enumerate(options.guides, start=1)]
    with ExitStack() as opened:
        with progress() as report:
            index = opened.enter_context(open_index(options.index, progress=report))
            genes = read_genes(
                options.index,
                index,
                annotation=options.annotation,
                published_genes=not options.no_annotation,
                progress=report,
            )
        genome = Genome(genome_name(options.index), index, genes)
        sys.stdout.write("\t".join(field.name for field in fields(OffTarget)) + "\n")
        for site in sites:
            for row in find_off_targets(site.guide, genome=genome, k=options.k):
                sys.stdout.write("\t".join(map(_cell, astuple(row))) + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else printable(str(value))
