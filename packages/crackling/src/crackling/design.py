"""Designing guides: every site of a query, or every guide of a list, judged and scored."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from crackling.annotation import UNKNOWN
from crackling.annotation.places import guides_to_place, locus_of
from crackling.efficiency import assess
from crackling.guides.sites import find_sites
from crackling.results import make_target
from crackling.results.target import USUAL_CONSENSUS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crackling.annotation import Locus
    from crackling.annotation.annotation import Annotation
    from crackling.guides.sites import Site
    from crackling.results import Target
    from crackling.sequences.fasta import Contig
    from crackling.specificity import Index, Specificity
    from crackling.specificity.genome import Progress


def repeated_windows(sites: Iterable[Site]) -> set[str]:
    """The 23 nt that stand more than once in the query."""
    counts = Counter(site.guide + site.pam for site in sites)
    return {window for window, count in counts.items() if count > 1}


def design(
    contigs: Iterable[Contig],
    index: Index,
    *,
    consensus: int = USUAL_CONSENSUS,
    all_folds: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
    annotation: Annotation | None = None,
) -> list[Target]:
    """Find, judge and score every guide of a query (normalised), in query order: by contig, start, forward strand first.

    The options are those of judge().
    """
    return judge(
        find_sites(contigs),
        index,
        consensus=consensus,
        all_folds=all_folds,
        threads=threads,
        progress=progress,
        annotation=annotation,
    )


def judge(
    sites: Sequence[Site],
    index: Index,
    *,
    consensus: int = USUAL_CONSENSUS,
    all_folds: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
    annotation: Annotation | None = None,
) -> list[Target]:
    """Judge and score the guides of sites, in their order.

    Args:
        sites: found in a query, or listed by the user.
        index: of the genome.
        consensus: how many of the three methods must accept an efficient guide.
        all_folds: fold every guide.
        threads: default: all processors.
        progress: is told how far each stage is.
        annotation: of the genome, for gene and feature of each guide's perfect matches.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    repeated = repeated_windows(sites)
    efficiencies = assess(
        sites, all_folds=all_folds, workers=threads, progress=lambda done, total: tell("folding", done, total)
    )
    specificities = index.score(
        [site.guide for site in sites],
        threads=threads,
        progress=lambda done: tell("scoring", done, len(sites)),
    )
    loci = _loci([site.guide for site in sites], specificities, index, annotation)
    rows = zip(sites, efficiencies, specificities, loci, strict=True)
    return [
        make_target(
            number,
            site,
            efficiency,
            specificity,
            repeated_in_query=site.guide + site.pam in repeated,
            consensus=consensus,
            locus=locus,
        )
        for number, (site, efficiency, specificity, locus) in enumerate(rows, start=1)
    ]


def _loci(
    guides: Sequence[str], scores: Sequence[Specificity], index: Index, annotation: Annotation | None
) -> list[Locus]:
    if annotation is None:
        return [UNKNOWN] * len(guides)
    found = {
        guide: locus_of(index.off_targets(guide, 0), annotation) for guide in guides_to_place(guides, scores)
    }
    return [found.get(guide, UNKNOWN) for guide in guides]
