from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crackling_aws.preparation.indexing import Bowtie2Error, bowtie2_build

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


def test_a_large_genome_has_the_other_program(tmp_path: Path) -> None:
    program(tmp_path, "exit 1")
    (tmp_path / "bowtie2-build-s").rename(tmp_path / "bowtie2-build-l")
    (tmp_path / "bowtie2-build-l").write_text('#!/bin/sh\necho "$@" > "$(dirname "$0")/called"\n')
    bowtie2_build(tmp_path / "bowtie2-build-s", tmp_path / "g.fa.gz", tmp_path / "out", large=True)
    assert (tmp_path / "called").exists()


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
