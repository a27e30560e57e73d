from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from crackling_aws.messages import PrepareGenome
from crackling_aws.models.genomes import Bowtie2State, GenomeState, Part, Source
from crackling_aws.preparation.indexing import Bowtie2Error, Bowtie2Index, bowtie2_build
from crackling_aws.stores import keys
from crackling_aws.stores.genomes import GenomeStore
from crackling_aws.stores.objects import ObjectStore
from fakes.dynamodb import FakeDynamoDB
from fakes.known import known
from fakes.s3 import FakeS3

if TYPE_CHECKING:
    from crackling_aws.preparation.indexing import BuildBowtie2

PROGRAM = shutil.which("bowtie2-build-s")


def program(folder: Path, script: str) -> Path:
    path = folder / "bowtie2-build-s"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_program_is_given_the_fasta_and_the_prefix(tmp_path: Path) -> None:
    fake = program(tmp_path, 'echo "$@" > "$(dirname "$0")/called"')
    bowtie2_build(fake, tmp_path / "g.fa.gz", tmp_path / "out")
    assert (tmp_path / "called").read_text().split()[-2:] == [
        str(tmp_path / "g.fa.gz"),
        str(tmp_path / "out"),
    ]


def test_what_the_program_complains_of_is_told(tmp_path: Path) -> None:
    with pytest.raises(Bowtie2Error, match="out of memory"):
        bowtie2_build(program(tmp_path, "echo out of memory >&2; exit 1"), tmp_path / "g", tmp_path / "out")
    with pytest.raises(Bowtie2Error, match="exit code 7"):
        bowtie2_build(program(tmp_path, "exit 7"), tmp_path / "g", tmp_path / "out")


@pytest.mark.skipif(PROGRAM is None, reason="bowtie2-build-s is not on the PATH")
def test_the_real_program_builds_from_gzipped_fasta(tmp_path: Path) -> None:
    import gzip

    (tmp_path / "g.fa.gz").write_bytes(gzip.compress(b">a\n" + b"ACGTTGCATCCATTGCAGGATCC" * 40 + b"\n"))
    bowtie2_build(Path(PROGRAM or ""), tmp_path / "g.fa.gz", tmp_path / "out")
    assert sorted(path.suffix for path in tmp_path.glob("out*")) == [".bt2"] * 6


@pytest.fixture
def world() -> SimpleNamespace:
    """Return a ready genome whose bowtie2 index was asked for."""
    dynamodb: Any = FakeDynamoDB()
    s3: Any = FakeS3()
    genomes, objects = GenomeStore(dynamodb, "genomes"), ObjectStore(s3, "genome")
    genomes.claim("g", "c1", Source.UPLOAD, (Part.FASTA,), 1)
    genomes.fasta_done("g", "c1", 1, 8, 2)
    genomes.mark_ready("g", "c1", 3)
    objects.put(keys.fasta("g", "c1"), b"packed")
    assert genomes.ask_for_bowtie2("g", "c1", before=0, now=4)
    return SimpleNamespace(genomes=genomes, objects=objects, stored=lambda: {key for _, key in s3.objects})


def index(world: SimpleNamespace, build: BuildBowtie2) -> Bowtie2Index:
    return Bowtie2Index(genomes=world.genomes, objects=world.objects, build=build)


def write_one(fasta: Path, prefix: Path) -> None:
    assert fasta.read_bytes() == b"packed"
    prefix.with_name("genome.1.bt2").write_bytes(b"index")


def test_the_index_is_stored_beside_the_genomes_other_files(world: SimpleNamespace) -> None:
    index(world, write_one).run(PrepareGenome("g", "c1"))
    assert keys.bowtie2("g", "c1", "genome.1.bt2") in world.stored()
    found = known(world.genomes.get("g"))
    assert (found.bowtie2, found.state, found.updated) == (Bowtie2State.READY, GenomeState.READY, 3)
    index(world, fail).run(PrepareGenome("g", "c1"))


def fail(fasta: Path, prefix: Path) -> NoReturn:
    pytest.fail(f"it was built again: {fasta} to {prefix}")


def test_nothing_is_built_for_a_genome_that_was_replaced(world: SimpleNamespace) -> None:
    index(world, fail).run(PrepareGenome("g", "c0"))
    world.genomes.delete("g")
    index(world, fail).run(PrepareGenome("g", "c1"))


def test_a_failure_leaves_the_genome_as_it_is(world: SimpleNamespace) -> None:
    index(world, write_one).fail(PrepareGenome("g", "c1"), "no memory")
    found = known(world.genomes.get("g"))
    assert (found.bowtie2, found.state, found.reason) == (Bowtie2State.FAILED, GenomeState.READY, None)
