"""Describe a target: a site of the query with all that is known about its guide. Its fields are the columns of every format."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING

from crackling.annotation.locus import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling.annotation.locus import Locus
    from crackling.efficiency import Efficiency
    from crackling.guides.sites import Site
    from crackling.specificity import Specificity

DEFAULT_MIN_ACCEPTED = 2
SPECIFIC_SCORE = 75.0
MIN_GC, MAX_GC = 20.0, 80.0


@dataclass(frozen=True, slots=True)
class Target:
    """The columns of `crackling design`, in order.

    id counts from 1 in query order. start and end are 0-based half-open on the query contig's forward strand and cover the
    23 nt of guide and PAM. gc is in per cent of the 20 nt. structure and energy (kcal/mol) are None where the verdict needed
    no fold. consensus is how many of the three methods accept; efficient: at least as many as asked for (2 unless told). mit
    and cfd are the aggregates (0 to 100); specific: both at least 75. mm0 to mm4 are occurrences in the genome by number of
    mismatches, the guide's own site included. unique: the 23 nt stand once in the query. gene, feature: where its perfect
    matches stand in the genome, None without annotation.
    """

    id: int
    contig: str
    start: int
    end: int
    strand: str
    guide: str
    pam: str
    gc: float
    chopchop: bool
    mm10db: bool
    sgrnascorer2: bool
    sgrnascorer2_score: float
    structure: str | None
    energy: float | None
    consensus: int
    efficient: bool
    mit: float
    cfd: float
    specific: bool
    mm0: int
    mm1: int
    mm2: int
    mm3: int
    mm4: int
    unique: bool
    warnings: tuple[str, ...]
    gene: str | None
    feature: str | None


COLUMNS = tuple(field.name for field in fields(Target))
values = attrgetter(*COLUMNS)  # of a target, in order; astuple() would copy them


def make_target(
    number: int,
    site: Site,
    efficiency: Efficiency,
    specificity: Specificity,
    *,
    repeated_in_query: bool,
    min_accepted: int = DEFAULT_MIN_ACCEPTED,
    locus: Locus = UNKNOWN,
) -> Target:
    """Make the target of a site. Figures are rounded to the decimals that are written, so that all formats agree."""
    gc = 100.0 * (site.guide.count("G") + site.guide.count("C")) / len(site.guide)
    mm0, mm1, mm2, mm3, mm4 = specificity.counts
    return Target(
        id=number,
        contig=site.contig,
        start=site.start,
        end=site.end,
        strand=site.strand,
        guide=site.guide,
        pam=site.pam,
        gc=round(gc, 1),
        chopchop=efficiency.chopchop,
        mm10db=efficiency.mm10db,
        sgrnascorer2=efficiency.sgrnascorer2,
        sgrnascorer2_score=round(efficiency.sgrnascorer2_score, 6),
        structure=efficiency.structure,
        energy=efficiency.energy,
        consensus=efficiency.consensus,
        efficient=efficiency.consensus >= min_accepted,
        mit=round(specificity.mit, 6),
        cfd=round(specificity.cfd, 6),
        specific=specificity.mit >= SPECIFIC_SCORE and specificity.cfd >= SPECIFIC_SCORE,
        mm0=mm0,
        mm1=mm1,
        mm2=mm2,
        mm3=mm3,
        mm4=mm4,
        unique=not repeated_in_query,
        warnings=tuple(_warnings(site, gc, mm0, repeated_in_query)),
        gene=locus.gene,
        feature=locus.feature,
    )


def _warnings(site: Site, gc: float, perfect_matches: int, repeated_in_query: bool) -> Iterator[str]:
    if "TTTT" in site.guide + site.pam:
        yield "TTTT"
    if gc < MIN_GC:
        yield "low GC"
    if gc > MAX_GC:
        yield "high GC"
    if perfect_matches == 0:
        yield "not in genome"
    if perfect_matches > 1:
        yield f"{perfect_matches} perfect matches"
    if repeated_in_query:
        yield "repeated in query"
    if site.pam.endswith("AG"):
        yield "NAG PAM"
