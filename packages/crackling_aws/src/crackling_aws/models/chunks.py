"""Chunks: consecutive sites of a job that are scored together."""

from dataclasses import dataclass
from enum import StrEnum

from crackling.annotation import Locus
from crackling.efficiency import Efficiency
from crackling.guides.sites import Site
from crackling.specificity import Specificity


class Stage(StrEnum):
    """The two scorings of a chunk; the value names the attribute of the results and the job's counter."""

    ON_TARGET = "onTarget"
    OFF_TARGET = "offTarget"


@dataclass(frozen=True, slots=True)
class QuerySite:
    """A site of the query; `repeated` where its 23 nt occur more than once in the query."""

    site: Site
    repeated: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive sites of a job, scored together. `first` is the 1-based number of the first target."""

    job_id: str
    number: int
    first: int
    sites: tuple[QuerySite, ...]
    on_target: tuple[Efficiency, ...] | None = None
    off_target: tuple[Specificity, ...] | None = None
    loci: tuple[Locus, ...] = ()  # with off_target: what the genome's annotation says of each guide
