"""A genome with its genes: targets and off-targets tell them, as the command line does."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api_client import ApiClient, ApiError
from local_cloud import SAMPLE

QUERY = SAMPLE / "cI.fa"
GENOME = "annotated-lambda"
CONTIG = "NC_001416.1"
# Over the place of cI, in two exons.
GENES = "".join(
    f"{CONTIG}\t.\t{kind}\t{start}\t{end}\t.\t-\t.\t{attributes}\n"
    for kind, start, end, attributes in (
        ("gene", 37_000, 37_800, "ID=gene1;Name=cI"),
        ("exon", 37_000, 37_300, "Parent=gene1"),
        ("exon", 37_500, 37_800, "Parent=gene1"),
        ("CDS", 37_100, 37_300, "Parent=gene1"),
    )
)


@pytest.fixture(scope="module")
def genes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("annotation") / "genes.gff"
    path.write_text(f"##gff-version 3\n{GENES}")
    return path


def test_results_have_the_genes_that_the_command_line_finds(api: ApiClient, genes: Path) -> None:
    fasta = genes.with_name(f"{GENOME}.fa")
    shutil.copyfile(SAMPLE / "lambda_phage.fa", fasta)
    api.upload_genome(GENOME, "Lambda with genes", fasta, genes)
    job = api.submit(fasta=QUERY.read_text(), genome=GENOME)
    assert api.wait_for_job(job)["annotated"]
    targets = api.get(f"/jobs/{job}/targets")["targets"]
    assert {target["feature"] for target in targets} == {"CDS", "exon", "intron", "intergenic"}
    command = [sys.executable, "-m", "crackling", "design", str(QUERY), "--genome", str(fasta)]
    written = subprocess.run([*command, "--annotation", str(genes)], capture_output=True, check=True).stdout
    assert api.export(job, "csv") == written
    target = next(target for target in targets if target["feature"] == "CDS")
    place = api.get(f"/jobs/{job}/targets/{target['id']}/offtargets?limit=1")["offTargets"][0]
    assert (place["mismatches"], place["gene"], place["feature"]) == (0, "cI", "CDS")


def test_genes_of_another_genome_are_refused_with_the_reason(api: ApiClient, genes: Path) -> None:
    genes.write_text(GENES.replace(CONTIG, "chr1"))
    api.upload_genome("wrong-genes", "Lambda with other genes", SAMPLE / "lambda_phage.fa", genes)
    with pytest.raises(ApiError, match="names none of the genome's contigs"):
        api.wait_for_genome("wrong-genes")
