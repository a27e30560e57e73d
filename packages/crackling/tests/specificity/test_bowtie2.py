"""bowtie2's perfect alignments are the exact matches of the index: as many, at the same locations."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from crackling.cli.main import main
from crackling.errors import CracklingError, InputError, StorageError
from crackling.sequences.fasta import read_fasta, reverse_complement
from crackling.specificity import Index, build_index
from crackling.specificity.bowtie2 import PAMS, align
from layer_recipes import store
from layer_recipes.errors import RecipeError
from layer_recipes.recipe import REPOSITORY
from layer_recipes.recipes import RECIPES
from layer_recipes.target import Target

ABSENT = ["ACGTACGTACGTACGTACGT", "T" * 20]


@pytest.fixture(scope="session")
def programs() -> Path:
    """Return the folder of bowtie2's programs: the installed ones, or the layer's, which is built if it is missing."""
    installed = shutil.which("bowtie2-align-s")
    if installed:
        return Path(installed).parent
    try:
        tree = store.bring(RECIPES["bowtie2"], Target.here(), REPOSITORY / "build")
    except RecipeError as error:
        pytest.skip(f"bowtie2 cannot be had: {error}")
    return tree.path / "bowtie2/bin"


class Indexed:
    """A genome with both indexes, and guides of it."""

    def __init__(self, fasta: Path, folder: Path, programs: Path, size: str) -> None:
        self.prefix, self.issl = folder / "genome", folder / "genome.issl"
        build = [
            str(programs / f"bowtie2-build-{size}"),
            "--quiet",
            "--threads",
            "2",
            str(fasta),
            str(self.prefix),
        ]
        subprocess.run(build, check=True)
        build_index([fasta], self.issl)
        self.guides = sorted(
            {
                match[1]
                for contig in read_fasta(fasta)
                for strand in (contig.sequence.upper(), reverse_complement(contig.sequence.upper()))
                for match in re.finditer("(?=([ACGT]{20})[ACGT][AG]G)", strand)
            }
        )

    def agree(self, guides: list[str], programs: Path) -> None:
        aligned = align(guides, self.prefix, programs=programs)
        with Index.open(self.issl) as index:
            exact = [row.counts[0] for row in index.score(guides, 0)]
            assert [len(guide.alignments) for guide in aligned] == exact
            assert [guide.unique for guide in aligned] == [count <= 1 for count in exact]
            for guide in aligned:
                locations = {
                    (row.contig, row.start, row.end, row.strand, row.pam)
                    for row in index.off_targets(guide.guide, 0)
                }
                assert set(guide.alignments) == locations


@pytest.fixture(scope="module", params=["s", "l"])
def phage(
    request: pytest.FixtureRequest, sample: Path, tmp_path_factory: pytest.TempPathFactory, programs: Path
) -> Indexed:
    """Index a phage with 32-bit and with 64-bit numbers; parts of it occur twice and on both strands."""
    folder = tmp_path_factory.mktemp("phage")
    (contig,) = read_fasta(sample / "lambda_phage.fa")
    repeat = contig.sequence[5_000:5_300]
    fasta = folder / "phage.fa"
    fasta.write_text(
        f">{contig.name} with a description\n{contig.sequence}\n>again\n{repeat}NN{reverse_complement(repeat)}\n"
    )
    return Indexed(fasta, folder, programs, request.param)


@pytest.mark.usefixtures("unmeasured")
def test_all_guides_of_a_phage(phage: Indexed, programs: Path) -> None:
    guides = [*phage.guides, *ABSENT, phage.guides[0]]
    phage.agree(guides, programs)
    repeated = [row for row in align(guides, phage.prefix, programs=programs) if not row.unique]
    assert len(repeated) > 20
    assert {alignment.contig for row in repeated for alignment in row.alignments} == {"NC_001416.1", "again"}


@pytest.mark.usefixtures("unmeasured")
def test_e_coli(reference: Path, tmp_path: Path, programs: Path) -> None:
    """Compare a sample of the guides, and all repeated ones: some occur about seventy times."""
    coli = Indexed(reference / "genomes/ecoli_k12_mg1655.fa.gz", tmp_path, programs, "s")
    with Index.open(coli.issl) as index:
        counts = index.score(coli.guides, 0)
    repeated = [guide for guide, row in zip(coli.guides, counts, strict=True) if row.counts[0] > 1]
    assert max(row.counts[0] for row in counts) > 50
    coli.agree([*random.Random(1).sample(coli.guides, 2000), *repeated, *ABSENT], programs)


def test_every_concrete_pam_is_asked_for() -> None:
    assert sorted(PAMS) == sorted(a + b + "G" for a in "ACGT" for b in "AG")


def test_the_command_writes_a_row_a_place(
    phage: Indexed, programs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guides = tmp_path / "guides"
    guides.write_text(f"{phage.guides[0]}\n{ABSENT[0]}\n")
    with pytest.raises(SystemExit) as ended:
        main(["align", str(guides), "--bowtie2-index", str(phage.prefix), "--bowtie2", str(programs)])
    assert ended.value.code == 0
    header, *rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert header == ["guide", "perfect", "unique", "contig", "start", "end", "strand", "pam"]
    assert rows[0][:4] == [phage.guides[0], "1", "1", "NC_001416.1"]
    assert rows[1] == [ABSENT[0], "0", "1", "", "", "", "", ""]


def test_no_index_and_no_program(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no bowtie2 index"):
        align(ABSENT, tmp_path / "genome")
    (tmp_path / "genome.1.bt2l").touch()
    with pytest.raises(InputError, match="bowtie2-align-l: not found; install bowtie2"):
        align(ABSENT, tmp_path / "genome", programs=tmp_path)


def test_what_bowtie2_complains_of_is_told(tmp_path: Path, programs: Path) -> None:
    for number in ("1", "2", "3", "4", "rev.1", "rev.2"):
        (tmp_path / f"genome.{number}.bt2").write_bytes(b"no index")
    with pytest.raises(CracklingError, match=r"bowtie2-align-s failed: .*\w"):
        align(ABSENT, tmp_path / "genome", programs=programs)
