"""The genomes as users manage them: announce an upload, complete it, list, delete."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.genomes import ACCESSION
from crackling_aws import keys
from crackling_aws.models import Genome, GenomeState, Source
from crackling_lambdas.logic.errors import ConflictError, InvalidError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.genomes import GenomeStore
    from crackling_aws.objects import ObjectStore, UploadForm
    from crackling_lambdas.logic.preparation import Claims

GENOME_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
FORM_SECONDS = 15 * 60
ANNOUNCED_SECONDS = 24 * 60 * 60  # an upload that nobody completes is forgotten


@dataclass(frozen=True)
class Library:
    """Genomes by id."""

    genomes: GenomeStore
    objects: ObjectStore
    claims: Claims
    upload_limit: int
    clock: Callable[[], float]

    def get(self, genome: str) -> Genome:
        """A known genome.

        Raises:
            NotFoundError: it is not known.
        """
        if (found := self.genomes.get(genome)) is None:
            raise NotFoundError(f"There is no genome {genome}")
        return found

    def list(self) -> list[Genome]:
        """Every known genome, by id."""
        return sorted(self.genomes.list(), key=lambda genome: genome.genome)

    def announce(self, genome: str, name: str | None) -> UploadForm:
        """The form that takes the genome's file.

        Raises:
            InvalidError: the id is kept for assemblies of NCBI.
            ConflictError: the genome is ready, or being prepared.
        """
        if ACCESSION.fullmatch(genome):
            raise InvalidError(
                f"{genome} names an assembly of NCBI, which needs no upload; choose another id"
            )
        now = self.clock()
        if not self.genomes.expect_upload(genome, name, now, int(now) + ANNOUNCED_SECONDS):
            raise ConflictError(
                f"The genome {genome} is ready or being prepared; delete it first, or choose another id"
            )
        return self.objects.upload_form(keys.upload(genome), self.upload_limit, FORM_SECONDS)

    def complete(self, genome: str) -> Genome:
        """Claim a genome whose file was uploaded, so that it is prepared; again is harmless.

        Raises:
            NotFoundError: it was never announced.
            ConflictError: its file has not arrived.
        """
        found = self.get(genome)
        if found.state in (GenomeState.READY, GenomeState.PREPARING):
            return found
        if found.source is Source.UPLOAD and self.objects.size(keys.upload(genome)) is None:
            raise ConflictError(f"The file of genome {genome} has not arrived; upload it first")
        self.claims.claim(genome, uuid.uuid4().hex, found.source)
        return self.get(genome)

    def delete(self, genome: str) -> None:
        """Forget a genome and delete its files; an interrupted deletion can be repeated.

        Listed before the genome is forgotten, so that none is of a preparation that was claimed after that.

        Raises:
            ConflictError: it is being prepared.
            NotFoundError: nothing of it was there.
        """
        known = self.genomes.get(genome) is not None
        files = self.objects.keys(keys.genome_folder(genome)) + self.objects.keys(keys.upload_folder(genome))
        if not self.genomes.delete(genome):
            raise ConflictError(f"The genome {genome} is being prepared; delete it when that has ended")
        self.objects.delete(files)
        if not known and not files:
            raise NotFoundError(f"There is no genome {genome}")
