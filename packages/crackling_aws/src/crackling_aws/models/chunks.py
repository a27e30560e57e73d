"""Define chunks: consecutive sites of a job that are scored together."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from crackling.annotation import Locus
from crackling.efficiency import Efficiency
from crackling.guides.sites import Site
from crackling.specificity import Specificity
from crackling_aws.codec import COMPRESSED


class Stage(StrEnum):
    """Name the two scorings of a chunk; `STAGE` names the field of its results and `STAGE_done` the counter of a job."""

    CONSENSUS = "consensus"
    OFF_TARGET = "off_target"


@dataclass(frozen=True, slots=True)
class QuerySite:
    """Hold a site of the query; `repeated` where its 23 nt occur more than once in the query."""

    site: Site
    repeated: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Hold consecutive sites of a job that are scored together. `first` is the 1-based number of the first target."""

    job_id: str
    number: int
    first: int
    sites: Annotated[tuple[QuerySite, ...], COMPRESSED]
    consensus: Annotated[tuple[Efficiency, ...] | None, COMPRESSED] = None
    off_target: Annotated[tuple[Specificity, ...] | None, COMPRESSED] = None
    loci: Annotated[
        tuple[Locus, ...], COMPRESSED
    ] = ()  # with off_target: what the genome's annotation says of each guide
