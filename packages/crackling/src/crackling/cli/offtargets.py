"""The command `crackling offtargets`."""

from __future__ import annotations

import sys
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from crackling.cli.shared import add_annotation, add_index, add_mismatches, command_parser
from crackling.guides.guide_list import parse_guide

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "offtargets",
        "List every place in the genome near a guide, the riskiest first (by CFD, then MIT). start and end are 0-based "
        "half-open and cover the 23 nt with the PAM; alignment has a dot for each match. MIT (0 to 100) and CFD (0 to 1) are "
        "those of the place; a perfect match (MIT 100) is left out of a guide's MIT aggregate.",
        "crackling offtargets genome.issl GACCCCCTCCACCCCGCCTC",
    )
    add_index(parser)
    parser.add_argument("guides", nargs="+", metavar="GUIDE", help="20 nt, or 23 with the PAM")
    add_mismatches(parser)
    add_annotation(parser)


def run(options: argparse.Namespace) -> None:
    from crackling.annotation.places import annotate
    from crackling.cli.cached_genomes import open_index, read_genes
    from crackling.specificity import OffTarget

    sites = [parse_guide(text, f"guide {number}") for number, text in enumerate(options.guides, start=1)]
    with open_index(options.index) as index:
        annotation = read_genes(options, options.index, index)
        sys.stdout.write("\t".join(field.name for field in fields(OffTarget)) + "\n")
        for site in sites:
            rows = index.off_targets(site.guide, options.k)
            for row in annotate(rows, annotation) if annotation else rows:
                sys.stdout.write("\t".join(map(_cell, astuple(row))) + "\n")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6f}" if isinstance(value, float) else str(value)
