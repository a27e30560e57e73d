"""Design guides: assess and score every site of a query, or every guide of a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from crackling.annotation import UNKNOWN
from crackling.efficiency import assess
from crackling.errors import InputError
from crackling.genomes import check_region, opened
from crackling.guides.guide_list import parse_guide
from crackling.guides.sites import Site, find_sites, repeated_windows
from crackling.results import Design, Kind, make_target
from crackling.results.target import DEFAULT_MIN_ACCEPTED
from crackling.sequences.fasta import normalise_query, parse_query, read_query
from crackling.specificity.loci import guides_to_locate, locus_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crackling.annotation import Locus
    from crackling.genomes import Genome
    from crackling.results import Target
    from crackling.sequences.fasta import Contig
    from crackling.sequences.progress import Progress
    from crackling.specificity import Specificity

_METHODS = 3


def find_guides(query: str | Path | Sequence[Contig]) -> list[Site]:
    """Find every guide of a query: its sites with the PAM NGG, on both strands.

    Args:
        query: DNA or FASTA as a text, the path of a FASTA file, or contigs.

    Returns:
        In query order: by contig, then start, forward strand first.

    Raises:
        InputError: the query is empty, not FASTA or not DNA, or two of its contigs have one name.
        StorageError: the file cannot be read.
    """
    return find_sites(_read(query))


def design(
    query: str | Path | Sequence[Contig] | None = None,
    *,
    genome: Genome | str | Path,
    guides: Sequence[str | Site] | None = None,
    region: str | Sequence[str] | None = None,
    min_accepted: int = DEFAULT_MIN_ACCEPTED,
    all_folds: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Design:
    """Design guides: find every guide of a query, assess its efficiency and score its specificity.

    Give one of `query`, `guides` and `region`.

    Args:
        query: DNA or FASTA as a text, the path of a FASTA file, or contigs.
        genome: what the guides' off-targets are searched in: a genome that is open, or what open_genome() takes.
        guides: instead of a query: your own guides, 20 nt or 23 with the PAM.
        region: instead of a query: a gene of the genome, a contig, or CONTIG:START-END, counted from 1 with the last base;
            or several of them, of which each that is not the same as another is a contig of the query.
        min_accepted: how many of the three methods must accept an efficient guide.
        all_folds: fold every guide, not only those whose verdict depends on it. No verdict changes.
        threads: default: all processors.
        progress: called with the name of a stage, what is done and what there is to do (0: unknown).

    Returns:
        The guides in query order.

    Raises:
        InputError: the query, a guide or a region is not what it should be.
        CracklingError: as for open_genome().
    """
    if sum(given is not None for given in (query, guides, region)) != 1:
        raise InputError("what to design is not clear; give one of query, guides and region")
    if not 1 <= min_accepted <= _METHODS:
        raise InputError(f"min_accepted = {min_accepted}: must be from 1 to {_METHODS}")
    contigs = _read(query) if query is not None else []
    sites = _parse(guides) if guides is not None else find_sites(contigs)
    regions = [region] if isinstance(region, str) else list(region or ())
    for one in regions:
        check_region(one, genome)
    with opened(genome, threads=threads, progress=progress) as against:
        if region is not None:
            contigs = list({found.name: found for found in map(against.read_region, regions)}.values())
            sites = find_sites(contigs)
        targets = make_targets(
            sites, against, min_accepted=min_accepted, all_folds=all_folds, threads=threads, progress=progress
        )
        kind = Kind.SEQUENCE if guides is None else Kind.GUIDES
        return Design(against.name, targets, contigs, kind, min_accepted)


def _read(query: str | Path | Sequence[Contig]) -> list[Contig]:
    if isinstance(query, str):
        return parse_query(query)
    if isinstance(query, Path):
        return read_query(query, str(query))
    return normalise_query(query, "the query")


def _parse(guides: Sequence[str | Site]) -> list[Site]:
    return [
        guide if isinstance(guide, Site) else parse_guide(guide, f"guide {number}", number)
        for number, guide in enumerate(guides, start=1)
    ]


def make_targets(
    sites: Sequence[Site],
    genome: Genome,
    *,
    min_accepted: int,
    all_folds: bool,
    threads: int | None,
    progress: Progress | None,
) -> list[Target]:
    """Assess and score sites, in their order; arguments as for design()."""
    report = progress or (lambda _stage, _done, _total: None)
    repeated = repeated_windows(sites)
    efficiencies = assess(
        sites,
        all_folds=all_folds,
        threads=threads,
        progress=lambda done, total: report("folding", done, total),
    )
    specificities = genome.index.score(
        [site.guide for site in sites],
        threads=threads,
        progress=lambda done: report("scoring", done, len(sites)),
    )
    loci = _loci([site.guide for site in sites], specificities, genome)
    rows = zip(sites, efficiencies, specificities, loci, strict=True)
    return [
        make_target(
            number,
            site,
            efficiency,
            specificity,
            repeated_in_query=site.guide + site.pam in repeated,
            min_accepted=min_accepted,
            locus=locus,
        )
        for number, (site, efficiency, specificity, locus) in enumerate(rows, start=1)
    ]


def _loci(guides: Sequence[str], scores: Sequence[Specificity], genome: Genome) -> list[Locus]:
    annotation = genome.annotation
    if annotation is None:
        return [UNKNOWN] * len(guides)
    found = {
        guide: locus_of(genome.index.off_targets(guide, 0), annotation)
        for guide in guides_to_locate(guides, scores)
    }
    return [found.get(guide, UNKNOWN) for guide in guides]
