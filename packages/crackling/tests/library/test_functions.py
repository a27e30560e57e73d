"""Test the public functions of `crackling`."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import crackling
from localcloud.standins.assemblies import phage_lambda
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = "ATAAATAGCGAAAACCCGCG"
LAMBDA = "GCF_000840245.1"
GENE = "NC_001416.1\t.\tgene\t37227\t37940\t.\t-\t.\tID=g;Name=cI;locus_tag=lambdap88\n"


@pytest.fixture(scope="module")
def genes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("genes") / "genes.gff"
    path.write_text(GENE)
    return path


@pytest.fixture(scope="module")
def genome(sample: Path, genes: Path) -> Iterator[crackling.Genome]:
    with crackling.open_genome(sample / "lambda_phage.fa", annotation=genes) as opened:
        yield opened


@pytest.fixture
def index(sample: Path, tmp_path: Path) -> str:
    path = str(tmp_path / "phage.issl")
    summary = crackling.build_index(str(sample / "lambda_phage.fa"), path)
    assert (summary.contigs, summary.bases) == (1, 48_502)
    return path


def test_every_name_is_there() -> None:
    assert set(crackling.__all__) <= set(dir(crackling))
    for name in crackling.__all__:
        assert getattr(crackling, name) is getattr(crackling, name)
    with pytest.raises(AttributeError, match="no attribute 'no_such_name'"):
        _ = crackling.no_such_name  # type: ignore[attr-defined]


def test_what_is_not_used_is_not_imported() -> None:
    """Lazy imports let the command line and Lambda functions start quickly."""
    program = "import crackling, sys; print(*(name for name in sys.modules if name.startswith('crackling.')))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_genome_has_its_name_contigs_and_genes(genome: crackling.Genome, sample: Path) -> None:
    assert genome.name == "lambda_phage"
    assert genome.contigs == {"NC_001416.1": 48_502}
    assert genome.fasta == sample / "lambda_phage.fa"
    assert genome.annotation is not None
    position = crackling.Position("NC_001416.1", 37_300, 37_323)
    assert genome.annotation.at(position) == crackling.Locus("cI", "exon")


def test_an_index_gives_what_its_genome_gives(genome: crackling.Genome, index: str, sample: Path) -> None:
    by_path = crackling.design(sample / "cI.fa", genome=index)
    plain = replace(genome, annotation=None)
    assert list(by_path) == list(crackling.design(sample / "cI.fa", genome=plain))
    assert by_path.genome_name == "phage"


def test_a_query_may_be_text_a_file_or_contigs(genome: crackling.Genome, sample: Path) -> None:
    fasta = (sample / "cI.fa").read_text()
    ways: list[str | Path | list[crackling.Contig]] = [
        fasta,
        sample / "cI.fa",
        list(crackling.read_fasta(sample / "cI.fa")),
    ]
    one, *others = (crackling.design(query, genome=genome) for query in ways)
    assert len(one) == 75
    assert others == [one, one]
    assert [site.guide for site in crackling.find_guides(fasta)] == [target.guide for target in one]


def test_a_region_is_a_query_by_its_name(genome: crackling.Genome) -> None:
    by_gene = crackling.design(region="lambdap88", genome=genome)
    by_coordinates = crackling.design(region="NC_001416.1:37,227-37,940", genome=genome)
    assert {target.contig for target in by_gene} == {"cI"}
    assert [target.guide for target in by_gene] == [target.guide for target in by_coordinates]
    assert len(genome.read_region("cI").sequence) == 714


def test_guides_of_ones_own_may_be_text_or_sites(genome: crackling.Genome) -> None:
    texts = [GUIDE.lower(), f"{GUIDE} AGG"]
    design = crackling.design(guides=texts, genome=genome)
    assert [(target.guide, target.pam) for target in design] == [(GUIDE, "NGG"), (GUIDE, "AGG")]
    sites = crackling.find_guides(f"{GUIDE}AGG")
    assert crackling.design(guides=sites, genome=genome)[0].guide == GUIDE


def test_options_reach_what_they_are_for(genome: crackling.Genome, sample: Path) -> None:
    stages = set()
    strict = crackling.design(
        sample / "cI.fa",
        genome=genome,
        min_accepted=3,
        all_folds=True,
        threads=1,
        progress=lambda stage, _done, _total: stages.add(stage),
    )
    assert all(target.structure for target in strict)
    assert all(target.efficient == (target.consensus == 3) for target in strict)
    assert stages == {"folding", "scoring"}


def test_scores_and_off_targets_are_those_of_the_index(genome: crackling.Genome) -> None:
    [score] = crackling.score_guides([f"{GUIDE}AGG"], genome=genome, k=2)
    assert [score] == genome.index.score([GUIDE], 2)
    assert len(score.counts) == 3
    off_targets = crackling.find_off_targets(GUIDE, genome=genome, k=5)
    assert [replace(one, gene=None, feature=None) for one in off_targets] == genome.index.off_targets(
        GUIDE, 5
    )
    assert {one.feature for one in off_targets} == {"intergenic"}


def test_progress_of_scores_is_told_by_stage(index: str) -> None:
    told = []
    crackling.score_guides([GUIDE], genome=index, progress=lambda *stage: told.append(stage))
    assert told == [("scoring", 1, 1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give one of query, guides and region"),
        ({"query": "ACGT", "region": "cI"}, "give one of query, guides and region"),
        ({"query": "ACGT", "min_accepted": 4}, "min_accepted = 4: must be from 1 to 3"),
        ({"query": ""}, "is empty"),
        ({"query": "MKVL"}, "'MKVL' is shorter than a guide .* give it as a region"),
        ({"query": "MKVLSPADKTNVKAAWGKVGAHAGEYGAEALERMFLSFPTTK"}, "'L' is no nucleotide"),
        ({"guides": [GUIDE, "ACGT"]}, "guide 2: 'ACGT'"),
        ({"query": [crackling.Contig("a", "ACGT"), crackling.Contig("a", "ACGT")]}, "both named 'a'"),
        ({"region": "cII"}, "no such gene"),
    ],
)
def test_what_is_wrong_is_an_input_error(
    genome: crackling.Genome, arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(crackling.InputError, match=message):
        crackling.design(genome=genome, **arguments)  # type: ignore[arg-type]  # what users may pass


def test_an_index_holds_no_sequence_to_read_a_region_from(index: str) -> None:
    with pytest.raises(crackling.InputError, match=r"phage\.issl: is an index, which holds no sequence"):
        crackling.design(region="NC_001416.1:1-100", genome=index)
    with (
        crackling.open_genome(index) as genome,
        pytest.raises(crackling.InputError, match="phage: is an index, which holds no sequence"),
    ):
        crackling.design(region="NC_001416.1:1-100", genome=genome)


def test_an_annotation_of_another_genome_is_refused(sample: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.gff"
    other.write_text(GENE.replace("NC_001416.1", "chr1"))
    with pytest.raises(crackling.InputError, match="names none of the genome's contigs"):
        crackling.open_genome(sample / "lambda_phage.fa", annotation=other)


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])
def test_an_accession_comes_with_its_genes_and_its_sequence(
    sample: Path, genes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phage = replace(phage_lambda(sample / "lambda_phage.fa"), gff=genes)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with NcbiStandIn({LAMBDA: phage}) as ncbi:
        monkeypatch.setenv("CRACKLING_NCBI_URL", ncbi.url)
        assert crackling.download_genome(LAMBDA).assembly.organism == "Escherichia phage Lambda"
        ncbi.asked.clear()
        design = crackling.design(region="cI", genome=LAMBDA)
        with crackling.open_genome(LAMBDA, published_genes=False) as genome:
            assert genome.annotation is None
        assert ncbi.asked == []
    assert design.genome_name == LAMBDA
    assert {target.gene for target in design} == {"cI"}


def test_a_genome_is_closed_by_its_block_and_may_be_closed_again(sample: Path) -> None:
    with crackling.open_genome(sample / "lambda_phage.fa") as genome:
        memory = genome.index.shards[0].memory
        assert len(memory) > 0
    with pytest.raises(ValueError, match="closed"):
        len(memory)
    genome.close()
