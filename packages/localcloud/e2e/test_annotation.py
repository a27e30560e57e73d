"""Test a genome with genes: targets and off-targets name them, as on the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import ANNOTATED, CONTIG, GENES
from crackling.results import FORMATS
from delivery.api_client import ApiClient, ApiError
from local_stage import SAMPLE, Deployment

if TYPE_CHECKING:
    from pathlib import Path

QUERY = SAMPLE / "cI.fa"
GENOME = "annotated-lambda"


def test_results_have_the_genes_that_the_command_line_finds(
    api: ApiClient, genes: Path, tmp_path: Path
) -> None:
    fasta = tmp_path / f"{GENOME}.fa"
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


def test_an_accession_has_its_genes_here_and_on_the_command_line(
    deployment: Deployment, api: ApiClient, tmp_path: Path
) -> None:
    """Both find NCBI's genes by themselves, and every format has the same bytes."""
    job = api.submit(fasta=QUERY.read_text(), genome=ANNOTATED)
    assert api.wait_for_job(job)["annotated"]
    command = [sys.executable, "-m", "crackling", "design", str(QUERY), "--genome", ANNOTATED]
    environment = {
        **os.environ,
        "CRACKLING_NCBI_URL": deployment.ncbi.url,
        "XDG_CACHE_HOME": str(tmp_path),
    }
    for form in FORMATS:
        written = subprocess.run(
            [*command, "--format", form], capture_output=True, check=True, env=environment
        )
        assert api.export(job, form) == written.stdout, form
    assert b",cI,CDS" in api.export(job, "csv")


@pytest.mark.parametrize("region", ["CI", f"{CONTIG}:37,000-37,800"])
def test_a_part_of_the_genome_has_the_guides_of_its_pasted_sequence(
    deployment: Deployment, api: ApiClient, tmp_path: Path, region: str
) -> None:
    """A gene given by name or by location gives the same guides as its pasted sequence and as on the command line."""
    job = api.submit(region=region, genome=ANNOTATED)
    assert api.wait_for_job(job)["region"] == region
    bases = "".join((SAMPLE / "lambda_phage.fa").read_text().splitlines()[1:])[36_999:37_800]
    name = "cI" if region == "CI" else f"{CONTIG}:37000-37800"
    pasted = api.submit(fasta=f">{name}\n{bases}\n", genome=ANNOTATED)
    api.wait_for_job(pasted)
    assert api.get(f"/jobs/{job}")["progress"]["guides"] > 50
    command = [sys.executable, "-m", "crackling", "design", "--region", region, "--genome", ANNOTATED]
    environment = {**os.environ, "CRACKLING_NCBI_URL": deployment.ncbi.url, "XDG_CACHE_HOME": str(tmp_path)}
    for form in ("csv", "genbank"):
        written = subprocess.run(
            [*command, "--format", form], capture_output=True, check=True, env=environment
        )
        assert api.export(job, form) == api.export(pasted, form) == written.stdout, form


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("cII", "no such gene; its annotation has cI"),
        ("chr1:1-9", f"the genome has no contig chr1; it has {CONTIG}"),
        (f"{CONTIG}:48,502-48,503", "the contig has 48,502 bases"),
    ],
)
def test_a_part_that_the_genome_has_not_fails_with_the_reason(api: ApiClient, region: str, says: str) -> None:
    with pytest.raises(ApiError, match=says):
        api.wait_for_job(api.submit(region=region, genome=ANNOTATED))


def test_genes_of_another_genome_are_refused_with_the_reason(api: ApiClient, tmp_path: Path) -> None:
    genes = tmp_path / "genes.gff"
    genes.write_text(GENES.replace(CONTIG, "chr1"))
    api.upload_genome("wrong-genes", "Lambda with other genes", SAMPLE / "lambda_phage.fa", genes)
    with pytest.raises(ApiError, match="names none of the genome's contigs"):
        api.wait_for_genome("wrong-genes")
