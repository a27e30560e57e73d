"""Run the command `crackling align`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crackling.cli.shared import add_threads, command_parser, read_guides, refuse_to_overwrite
from crackling.printable import printable

if TYPE_CHECKING:
    import argparse

    from crackling.cli.shared import Commands
    from crackling.specificity.bowtie2 import AlignedGuide, Alignment

COLUMNS = ("guide", "perfect", "unique", "contig", "start", "end", "strand", "pam")


def add_parser(commands: Commands) -> None:
    parser = command_parser(
        commands,
        "align",
        "Align guides to a genome with bowtie2: a row for each perfect alignment with an NGG or NAG PAM. start and end are "
        "0-based half-open and cover the 23 nt with the PAM. A guide with more than one is not unique; one without any has a "
        "row without a location.",
        "crackling align guides.txt --bowtie2-index genome > locations.tsv",
    )
    parser.add_argument(
        "guides",
        metavar="GUIDES",
        help="one a line or FASTA, 20 nt or 23 with the PAM; '-' is standard input",
    )
    parser.add_argument(
        "--bowtie2-index", required=True, type=Path, metavar="PREFIX", help="as bowtie2-build was given it"
    )
    parser.add_argument(
        "--bowtie2", type=Path, metavar="FOLDER", help="where bowtie2's programs are (default: on the PATH)"
    )
    add_threads(parser)


def run(options: argparse.Namespace) -> None:
    from crackling.specificity.bowtie2 import align

    refuse_to_overwrite(None, options.guides)
    guides = [site.guide for site in read_guides(options.guides)]
    aligned = align(guides, options.bowtie2_index, programs=options.bowtie2, threads=options.threads)
    sys.stdout.write("\t".join(COLUMNS) + "\n")
    for guide in aligned:
        for alignment in guide.alignments or (None,):
            sys.stdout.write("\t".join(_cells(guide, alignment)) + "\n")


def _cells(aligned: AlignedGuide, alignment: Alignment | None) -> list[str]:
    location = [printable(str(cell)) for cell in alignment] if alignment else [""] * 5
    return [aligned.guide, str(len(aligned.alignments)), str(int(aligned.unique)), *location]
