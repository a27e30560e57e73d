"""Build the indexes of a genome from the FASTA in the genome bucket."""

from __future__ import annotations

import logging
import os
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from crackling.errors import InputError
from crackling.specificity import build_index
from crackling.specificity.layout import file_digest
from crackling_aws.models.genomes import Bowtie2State, IndexFile, Part, Phase
from crackling_aws.preparation.progress import BuildProgress, LostClaimError, Reporter
from crackling_aws.preparation.release import owned
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crackling_aws.messages import PrepareGenome
    from crackling_aws.preparation.release import Failure, Release
    from crackling_aws.stores.genomes import GenomeStore
    from crackling_aws.stores.objects import ObjectStore

    OnStage = Callable[[str, int, int], None]  # a stage's name, what is done, what there is to do


class Build(Protocol):
    """Build the files of an index, one per shard; see `build_issl`."""

    def __call__(self, sources: list[Path], out: Path, *, progress: OnStage) -> Sequence[Path]: ...


# A shard of this size has up to 6 GB without its positions, which fits on the disk of a scoring function.
SHARD_BASES = 3_500_000_000

logger = logging.getLogger(__name__)


def build_issl(shard_bases: int, sources: list[Path], out: Path, *, progress: OnStage) -> Sequence[Path]:
    """Build a genome's index in shards of so many bases."""
    return build_index(sources, out, shard_bases=shard_bases, progress=progress).files


@dataclass(frozen=True, kw_only=True)
class IsslIndex:
    """Build the index for specificity: the last step of a preparation.

    `build` reads FASTA files, writes the files of an index and reports its stages.
    """

    genomes: GenomeStore
    objects: ObjectStore
    release: Release
    failure: Failure
    build: Build
    clock: Callable[[], float]
    max_seconds: float | None = None

    def run(self, message: PrepareGenome) -> None:
        """Build the index if it is missing, and release the jobs that wait for the genome.

        A repeated call skips to the end, in case the first call died after the build.
        """
        genome = self.genomes.get(message.genome_id)
        if owned(genome, message.claim) and Part.ISSL not in genome.done:
            try:
                self._make(message, genome.bases or 0)
            except LostClaimError as error:
                logger.warning("The build of the index stops: %s", error)
        # Read the item again: another delivery of this message may have failed the genome and died before it failed the waiters.
        self.failure.fail_remaining_waiters(self.genomes.get(message.genome_id), message.claim)
        self.release.finish(message.genome_id, message.claim)

    def _make(self, message: PrepareGenome, bases: int) -> None:
        genome_id, claim = message.genome_id, message.claim
        report = Reporter(
            genomes=self.genomes,
            genome_id=genome_id,
            claim=claim,
            clock=self.clock,
            max_seconds=self.max_seconds,
        )
        progress = BuildProgress(report=partial(report, Part.ISSL), bases=bases)
        with TemporaryDirectory() as folder:
            report(Part.ISSL)
            fasta = Path(folder, "genome.fa.gz")
            key = keys.fasta(genome_id, claim)
            try:
                self.objects.download(key, fasta, on_bytes=partial(progress, Phase.DOWNLOADING))
            except MissingObjectError:
                raise InputError(
                    f"{genome_id}: its sequence is no longer stored; prepare the genome from its source"
                ) from None
            shards = self.build([fasta], Path(folder, "genome.issl"), progress=progress)
            files = self._upload(message, shards, progress)
        self.genomes.issl_done(genome_id, claim, files, self.clock())

    def _upload(self, message: PrepareGenome, shards: Sequence[Path], progress: OnStage) -> list[IndexFile]:
        """Upload the files of the index, and delete each when it is there."""
        files = [
            IndexFile(
                keys.index(message.genome_id, message.claim, number, len(shards)),
                path.stat().st_size,
                file_digest(path),
            )
            for number, path in enumerate(shards, start=1)
        ]
        uploaded, total = 0, sum(file.bytes for file in files)
        progress(Phase.UPLOADING, 0, total)
        for path, file in zip(shards, files, strict=True):

            def on_bytes(done: int, _size: int, before: int = uploaded) -> None:
                progress(Phase.UPLOADING, before + done, total)

            self.objects.upload(path, file.key, on_bytes)
            uploaded += file.bytes
            path.unlink()
        return files


class BuildBowtie2(Protocol):
    """Build the files of a bowtie2 index, whose names begin with `prefix`."""

    def __call__(self, fasta: Path, prefix: Path) -> None: ...


class Bowtie2Error(Exception):
    """Raised when bowtie2-build fails; the message is the end of its output."""


def bowtie2_build(program: Path, fasta: Path, prefix: Path) -> None:
    """Run bowtie2-build-s on all processors.

    Raises:
        Bowtie2Error: it failed.
    """
    command = [str(program), "--quiet", "--threads", str(os.cpu_count() or 1), str(fasta), str(prefix)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Bowtie2Error(done.stderr.strip()[-500:] or f"exit code {done.returncode}")


@dataclass(frozen=True, kw_only=True)
class Bowtie2Index:
    """Build the bowtie2 index of a ready genome, because somebody asked for it. No job waits for it."""

    genomes: GenomeStore
    objects: ObjectStore
    build: BuildBowtie2

    def run(self, message: PrepareGenome) -> None:
        """Build the index, unless it is there or the genome has been replaced."""
        genome_id, claim = message.genome_id, message.claim
        genome = self.genomes.get(genome_id)
        if genome is None or genome.claim != claim or genome.bowtie2 is not Bowtie2State.PREPARING:
            return
        with TemporaryDirectory() as folder:
            fasta, files = Path(folder, "genome.fa.gz"), Path(folder, "index")
            self.objects.download(keys.fasta(genome_id, claim), fasta)
            files.mkdir()
            self.build(fasta, files / "genome")
            for file in sorted(files.iterdir()):
                self.objects.upload(file, keys.bowtie2(genome_id, claim, file.name))
        self.genomes.end_bowtie2(genome_id, claim, Bowtie2State.READY)

    def fail(self, message: PrepareGenome, _reason: str) -> None:
        """Note that the build failed; whoever wants the index may ask for it again."""
        self.genomes.end_bowtie2(message.genome_id, message.claim, Bowtie2State.FAILED)
