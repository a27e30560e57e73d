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

from crackling.specificity import build_index
from crackling_aws.models.genomes import IndexFile, Part, Phase
from crackling_aws.preparation.progress import BuildProgress, LostClaimError, Reporter
from crackling_aws.preparation.release import owned
from crackling_aws.stores import keys

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
MAX_SMALL_BOWTIE2_BASES = 4_000_000_000  # a larger genome needs an index with 64-bit numbers

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Builder:
    """Hold what both index builders share: the genome's item, its objects, and the step after the last part."""

    genomes: GenomeStore
    objects: ObjectStore
    release: Release
    failure: Failure
    clock: Callable[[], float]

    def run(self, message: PrepareGenome, part: Part, make: Callable[[Path, Path, OnStage], None]) -> None:
        """Call `make(fasta, scratch folder, on_stage)` if the part is missing; then finish, if it was the last.

        A repeated call skips to the end, in case the first call died after the build.
        """
        genome = self.genomes.get(message.genome_id)
        if owned(genome, message.claim) and part not in genome.done:
            report = Reporter(
                genomes=self.genomes, genome_id=message.genome_id, claim=message.claim, clock=self.clock
            )
            on_stage = BuildProgress(report=partial(report, part), bases=genome.bases or 0)
            try:
                with TemporaryDirectory() as folder:
                    report(part)
                    fasta = Path(folder, "genome.fa.gz")
                    key = keys.fasta(message.genome_id, message.claim)
                    self.objects.download(key, fasta, on_bytes=partial(on_stage, Phase.DOWNLOADING))
                    make(fasta, Path(folder), on_stage)
            except LostClaimError as error:
                logger.warning("The build of the %s index stops: %s", part, error)
        # Read the item again: another delivery of this message may have failed the genome and died before it failed the waiters.
        self.failure.fail_remaining_waiters(self.genomes.get(message.genome_id), message.claim)
        self.release.finish(message.genome_id, message.claim)


def build_issl(shard_bases: int, sources: list[Path], out: Path, *, progress: OnStage) -> Sequence[Path]:
    """Build a genome's index in shards of so many bases."""
    return build_index(sources, out, shard_bases=shard_bases, progress=progress).files


@dataclass(frozen=True, kw_only=True)
class IsslIndex:
    """Build the index for specificity. `build` reads FASTA files, writes the files of an index and reports its stages."""

    builder: Builder
    build: Build

    def run(self, message: PrepareGenome) -> None:
        def make(fasta: Path, folder: Path, on_stage: OnStage) -> None:
            shards = self.build([fasta], folder / "genome.issl", progress=on_stage)
            files = [
                IndexFile(
                    keys.index(message.genome_id, message.claim, number, len(shards)), path.stat().st_size
                )
                for number, path in enumerate(shards, start=1)
            ]
            uploaded, total = 0, sum(file.bytes for file in files)
            on_stage(Phase.UPLOADING, 0, total)
            for path, file in zip(shards, files, strict=True):

                def on_bytes(done: int, _size: int, before: int = uploaded) -> None:
                    on_stage(Phase.UPLOADING, before + done, total)

                self.builder.objects.upload(path, file.key, on_bytes)
                uploaded += file.bytes
                path.unlink()
            self.builder.genomes.issl_done(message.genome_id, message.claim, files, self.builder.clock())

        self.builder.run(message, Part.ISSL, make)


class BuildBowtie2(Protocol):
    """Build the files of a bowtie2 index, whose names begin with `prefix`; a large genome's has 64-bit numbers."""

    def __call__(self, fasta: Path, prefix: Path, *, large: bool) -> None: ...


class Bowtie2Error(Exception):
    """Raised when bowtie2-build fails; the message is the end of its output."""


def bowtie2_build(program: Path, fasta: Path, prefix: Path, *, large: bool = False) -> None:
    """Run bowtie2-build-s, or where the genome is large its sibling bowtie2-build-l, on all processors.

    Raises:
        Bowtie2Error: it failed.
    """
    if large:
        program = program.with_name(f"{program.name.removesuffix('-s')}-l")
    command = [str(program), "--quiet", "--threads", str(os.cpu_count() or 1), str(fasta), str(prefix)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Bowtie2Error(done.stderr.strip()[-500:] or f"exit code {done.returncode}")


@dataclass(frozen=True, kw_only=True)
class Bowtie2Index:
    """Build the bowtie2 index, an artefact for users."""

    builder: Builder
    build: BuildBowtie2

    def run(self, message: PrepareGenome) -> None:
        def make(fasta: Path, folder: Path, _on_stage: OnStage) -> None:
            files = folder / "index"
            files.mkdir()
            genome = self.builder.genomes.get(message.genome_id)
            large = genome is not None and (genome.bases or 0) > MAX_SMALL_BOWTIE2_BASES
            self.build(fasta, files / "genome", large=large)
            for file in sorted(files.iterdir()):
                key = keys.bowtie2(message.genome_id, message.claim, file.name)
                self.builder.objects.upload(file, key)
            self.builder.genomes.bowtie2_done(message.genome_id, message.claim, self.builder.clock())

        self.builder.run(message, Part.BOWTIE2, make)
