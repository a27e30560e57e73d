"""Score the specificity of given guides, and list their off-targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling.genomes import opened
from crackling.guides.guide_list import parse_guide
from crackling.specificity.loci import annotate
from crackling.specificity.plan import USUAL_MISMATCHES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from crackling.genomes import Genome
    from crackling.sequences.progress import Progress
    from crackling.specificity import OffTarget, Specificity


def score_guides(
    guides: Sequence[str],
    *,
    genome: Genome | str | Path,
    k: int = USUAL_MISMATCHES,
    compatible: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[Specificity]:
    """Score guides against every site of a genome within k mismatches.

    Args:
        guides: 20 nt each, or 23 with the PAM.
        genome: a genome that is open, or what open_genome() takes.
        k: 0 to 6.
        compatible: weigh every PAM as NGG, as the published program does.
        threads: default: all processors.
        progress: called with the name of a stage, what is done and what there is to do (0: unknown).

    Returns:
        In the order of `guides`: the MIT and CFD aggregates (100 is best), and occurrences by number of mismatches.

    Raises:
        InputError: a guide is not what it should be, or k is out of range.
        CracklingError: as for open_genome().
    """
    protospacers = [parse_guide(text, f"guide {number}").guide for number, text in enumerate(guides, start=1)]
    with opened(genome, threads=threads, progress=progress) as against:
        return against.index.score(
            protospacers,
            k,
            compatible=compatible,
            threads=threads,
            progress=(lambda done: progress("scoring", done, len(protospacers))) if progress else None,
        )


def find_off_targets(
    guide: str, *, genome: Genome | str | Path, k: int = USUAL_MISMATCHES, compatible: bool = False
) -> list[OffTarget]:
    """List every site of a genome within k mismatches of a guide, the riskiest first: by CFD, then MIT, then location.

    With an annotation of the genome, each has its gene and feature. Arguments as for score_guides().

    Raises:
        InputError: the guide is not what it should be, or k is out of range.
        CracklingError: as for open_genome().
    """
    protospacer = parse_guide(guide, "the guide").guide
    with opened(genome) as against:
        found = against.index.off_targets(protospacer, k, compatible=compatible)
        return annotate(found, against.annotation) if against.annotation else found
