"""Manage genomes for users: announce an upload, complete it, list, delete."""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crackling.ncbi import ACCESSION
from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import Bowtie2State, Genome, GenomeState, Part, Source
from crackling_aws.stores import keys
from crackling_lambdas.caps import Resource
from crackling_lambdas.errors import ConflictError, InvalidError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crackling_aws.queues import Queue
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore, UploadForm
    from crackling_lambdas.caps import Caps
    from crackling_lambdas.genomes.claims import Claims

GENOME_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
RESERVED = {"search"}  # the routes beside /genomes/ID
MAX_ANNOTATION_BYTES = 500_000_000  # a human genome's has 80 million, packed
FORM_SECONDS = 15 * 60
BOWTIE2_SECONDS = 8 * 60 * 60  # longer than all attempts at a build; then its message was lost
ADDRESS_SECONDS = 15 * 60  # a download that has begun may outlast this
ANNOUNCED_SECONDS = 24 * 60 * 60  # then an upload that was not completed expires


@dataclass(frozen=True)
class GenomeFile:
    """Hold a file that the preparation of a genome made, and an address that is valid for a short while."""

    part: Part
    name: str
    bytes: int
    url: str


@dataclass(frozen=True)
class UploadForms:
    """Hold the forms to upload an announced genome's files with."""

    genome: UploadForm
    annotation: UploadForm | None


@dataclass(frozen=True)
class GenomePage:
    """Hold consecutive genomes, and the id of the next one, which is None at the end."""

    genomes: list[Genome]
    next: str | None


@dataclass(frozen=True, kw_only=True)
class Library:
    """Manage genomes by id."""

    genomes: GenomeStore
    objects: ObjectStore
    claims: Claims
    caps: Caps
    bowtie2_builds: Queue[PrepareGenome]
    bowtie2_limit_bases: int
    upload_limit_bytes: int
    clock: Callable[[], float]

    def get(self, genome_id: str) -> Genome:
        """Return a known genome.

        Raises:
            NotFoundError: it is not known.
        """
        if (found := self.genomes.get(genome_id)) is None:
            raise unknown_genome(genome_id)
        return found

    def page(self, start: str, limit: int, shows: Callable[[Genome], bool]) -> GenomePage:
        """Return up to `limit` genomes from the id `start`, by id, of those that somebody may see.

        Announcements whose file nobody has completed are not among them: anybody can make thousands, and they expire.
        """
        listed = (
            genome
            for genome in self.genomes.list()
            if genome.genome_id >= start and genome.state is not GenomeState.UPLOADING and shows(genome)
        )
        found = heapq.nsmallest(limit + 1, listed, key=lambda genome: genome.genome_id)
        return GenomePage(found[:limit], found[limit].genome_id if len(found) > limit else None)

    def files(self, genome_id: str) -> tuple[GenomeFile, ...]:
        """Return the files that the preparation made: the sequence and the indexes.

        Raises:
            NotFoundError: the genome is not known.
            ConflictError: it is not ready.
        """
        found = self.get(genome_id)
        if found.state is not GenomeState.READY or found.claim is None:
            raise ConflictError(
                f"The genome {genome_id} is {found.state}; its files are there when it is ready"
            )
        return tuple(self._file(key) for key in self.objects.keys(keys.preparation(genome_id, found.claim)))

    def build_bowtie2(self, genome_id: str, client: str) -> Genome:
        """Ask for the bowtie2 index of a ready genome, which is built once; a repetition is harmless.

        Raises:
            NotFoundError: the genome is not known.
            ConflictError: it is not ready, or too large, or this deployment builds no bowtie2 index.
            LimitError: the day's preparations are used up, of which a build counts as one.
        """
        found = self.get(genome_id)
        if found.state is not GenomeState.READY or found.claim is None:
            raise ConflictError(f"The genome {genome_id} is {found.state}; ask again when it is ready")
        if (found.bases or 0) > self.bowtie2_limit_bases:
            limit = (
                f"of genomes up to {self.bowtie2_limit_bases:,} bases"
                if self.bowtie2_limit_bases
                else "of no genome"
            )
            raise ConflictError(
                f"The bowtie2 index is built here {limit}; build it from the FASTA file that `GET /genomes/{genome_id}/files` "
                "lists: bowtie2-build genome.fa.gz NAME"
            )
        now = self.clock()
        lost = now - BOWTIE2_SECONDS
        under_way = found.bowtie2 is Bowtie2State.PREPARING and (found.bowtie2_asked or 0) >= lost
        if under_way or found.bowtie2 is Bowtie2State.READY:
            return found
        with self.caps.taking(client, {Resource.PREPARATIONS: 1}):
            if self.genomes.ask_for_bowtie2(genome_id, found.claim, lost, now):
                self.bowtie2_builds.send([PrepareGenome(genome_id, found.claim)])
        return self.get(genome_id)

    def _file(self, key: str) -> GenomeFile:
        name = key.rpartition("/")[2]
        url = self.objects.download_address(key, name, ADDRESS_SECONDS)
        return GenomeFile(_part(key), name, self.objects.size(key) or 0, url)

    def announce(
        self,
        genome_id: str,
        name: str | None,
        client: str,
        owner: str | None = None,
        *,
        annotation: bool = False,
        shared: bool = False,
    ) -> UploadForms:
        """Return the form to upload the genome's file with, and with `annotation` also that for its genes.

        A genome that has an owner is for that owner only, unless it is `shared`.

        Raises:
            InvalidError: the id is reserved for assemblies of NCBI, or for a route.
            ConflictError: the genome is ready, or being prepared, or another user's.
            LimitError: the day's uploads are used up.
        """
        if genome_id in RESERVED:
            raise InvalidError(f"{genome_id} is reserved for the service; choose another id")
        if ACCESSION.fullmatch(genome_id):
            raise InvalidError(
                f"{genome_id} names an assembly of NCBI, which needs no upload; choose another id"
            )
        now = self.clock()
        expires = int(now) + ANNOUNCED_SECONDS
        with self.caps.taking(client, {Resource.UPLOADS: 1}):
            if not self.genomes.expect_upload(genome_id, name, now, expires, owner, shared=shared):
                raise ConflictError(
                    f"The genome {genome_id} is ready or being prepared, or another user's; delete it first, or choose another id"
                )
        # A file from an earlier announcement would be used with the wrong genome.
        self.objects.delete([keys.annotation_upload(genome_id)])
        return UploadForms(
            self.objects.upload_form(keys.upload(genome_id), self.upload_limit_bytes, FORM_SECONDS),
            self.objects.upload_form(keys.annotation_upload(genome_id), MAX_ANNOTATION_BYTES, FORM_SECONDS)
            if annotation
            else None,
        )

    def complete(self, genome_id: str, client: str) -> Genome:
        """Claim a genome whose file was uploaded, so that it is prepared; a repetition is harmless.

        Raises:
            NotFoundError: it was never announced.
            ConflictError: its file has not arrived.
            LimitError: the day's preparations are used up.
        """
        found = self.get(genome_id)
        if found.state in (GenomeState.READY, GenomeState.PREPARING):
            return found
        if found.source is Source.UPLOAD and self.objects.size(keys.upload(genome_id)) is None:
            raise ConflictError(f"The file of genome {genome_id} has not arrived; upload it first")
        with self.caps.taking(client, {Resource.PREPARATIONS: 1}):
            self.claims.claim(genome_id, found.source)
        return self.get(genome_id)

    def delete(self, genome_id: str) -> None:
        """Forget a genome and delete its files; an interrupted deletion can be repeated.

        The files are listed before the genome is forgotten, so that none belongs to a preparation that was claimed later.
        The files that jobs still use stay: the reaper deletes them when the last of those jobs has expired.

        Raises:
            ConflictError: it is being prepared.
            NotFoundError: there is no such genome and no file of it.
        """
        known = self.genomes.get(genome_id) is not None
        files = self.objects.keys(keys.genome_folder(genome_id)) + self.objects.keys(
            keys.upload_folder(genome_id)
        )
        if not self.genomes.delete(genome_id):
            raise ConflictError(f"The genome {genome_id} is being prepared; delete it when that has ended")
        used = [keys.preparation(genome_id, claim) for claim in self.genomes.retirement.claims(genome_id)]
        files = [key for key in files if not key.startswith(tuple(used))]
        self.objects.delete(files)
        if not known and not files:
            raise unknown_genome(genome_id)

    def share(self, genome_id: str, *, shared: bool) -> Genome:
        """Let others read a genome and name it in their jobs, or no longer. Jobs that have begun with it go on.

        Raises:
            NotFoundError: the genome is not known.
            ConflictError: it has no owner.
        """
        owner = self.get(genome_id).owner
        if owner is None:
            raise ConflictError(f"The genome {genome_id} has no owner: it is common to all")
        self.genomes.share(genome_id, owner, shared=shared)
        return self.get(genome_id)


def unknown_genome(genome_id: str) -> NotFoundError:
    """Return the error for a genome that is unknown."""
    return NotFoundError(f"There is no genome {genome_id}")


def _part(key: str) -> Part:
    """Return the step that made a file, by the ending of its name."""
    if key.endswith((".fa.gz", ".fai", ".gzi", ".genes")):
        return Part.FASTA
    return Part.ISSL if key.endswith(".issl") else Part.BOWTIE2
