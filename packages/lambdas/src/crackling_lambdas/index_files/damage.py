"""Tell a damaged index from all other errors of reading it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from crackling.errors import IndexFileError
from crackling_aws.stores.objects import MissingObjectError
from crackling_lambdas.errors import DamagedIndexError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crackling_aws.models.genomes import Genome


@contextmanager
def telling_damage(genome: Genome) -> Iterator[None]:
    """Raise DamagedIndexError for what shows in a `with` block that the index of a genome is damaged."""
    try:
        yield
    except (IndexFileError, MissingObjectError) as error:
        raise DamagedIndexError(
            f"The off-target index of the genome {genome.genome_id} is damaged: {error}"
        ) from error
