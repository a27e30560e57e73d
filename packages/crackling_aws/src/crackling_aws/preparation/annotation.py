"""Convert a genome's GFF3 or GTF file into a form that loads quickly, and store it in the genome bucket."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from crackling.annotation.annotation import read_gff
from crackling.errors import InputError
from crackling_aws.models.genomes import Source
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from crackling_aws.models.genomes import Genome
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore

    DownloadAnnotation = Callable[[str], AbstractContextManager[BinaryIO | None]]

logger = logging.getLogger(__name__)


def no_annotation(_accession: str) -> AbstractContextManager[BinaryIO | None]:
    """Stand for a source without annotations."""
    return nullcontext()


@dataclass(frozen=True, kw_only=True)
class AnnotationStep:
    """Prepare annotations. `download` streams the annotation of an assembly, or gives None if it has none."""

    genomes: GenomeStore
    objects: ObjectStore
    clock: Callable[[], float]
    download: DownloadAnnotation = no_annotation

    def prepare(self, genome: Genome, claim: str, contigs: Mapping[str, int]) -> None:
        """Prepare the annotation, if there is one; contigs: the bases of each.

        Raises:
            InputError: it was uploaded and is neither GFF3 nor GTF, or of another genome.
        """
        if genome.source is Source.UPLOAD:
            self._uploaded(genome, claim, contigs)
            return
        try:
            with self.download(genome.genome_id) as stream:
                if stream is not None:
                    self._store(genome, claim, stream, contigs)
        except InputError as error:  # the publisher's fault: the genome is useful without
            logger.warning("%s has no annotation: %s", genome.genome_id, error)

    def _uploaded(self, genome: Genome, claim: str, contigs: Mapping[str, int]) -> None:
        try:
            with self.objects.open(keys.annotation_upload(genome.genome_id)) as stream:
                self._store(genome, claim, stream, contigs)
        except MissingObjectError:
            return

    def _store(self, genome: Genome, claim: str, stream: BinaryIO, contigs: Mapping[str, int]) -> None:
        annotation = read_gff(stream, f"the annotation of {genome.name or genome.genome_id}", contigs)
        with self.objects.writer(keys.genes(genome.genome_id, claim)) as out:
            annotation.write(out)
        self.genomes.annotation_done(genome.genome_id, claim, self.clock())
