"""Test `crackling genome`, and accessions in place of an index, with the stand-in for NCBI."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from crackling.cli.main import main
from crackling.results import FORMATS
from localcloud.standins.assemblies import StandInAssembly, phage_lambda
from localcloud.standins.faults import Fault, redirect, status
from localcloud.standins.ncbi import NcbiStandIn

if TYPE_CHECKING:
    from collections.abc import Iterator

LAMBDA, OLD, ZEBRAFISH = "GCF_000840245.1", "GCF_000000005.1", "GCF_000000005.2"
GUIDE = "ATAAATAGCGAAAACCCGCG"
pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])]


class Command(Protocol):
    """A function that runs a command and returns what it printed to stdout and stderr."""

    def __call__(self, *arguments: object, code: int = 0) -> tuple[str, str]: ...


@pytest.fixture
def ncbi(sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[NcbiStandIn]:
    phage = phage_lambda(sample / "lambda_phage.fa")
    fish = StandInAssembly(
        sample / "lambda_phage.fa",
        name="GRCz12tu",
        organism="Danio rerio",
        common_name="zebrafish",
        tax_id=7955,
    )
    assemblies = {
        LAMBDA: phage,
        OLD: replace(fish, name="GRCz11", status="previous", current=ZEBRAFISH),
        ZEBRAFISH: fish,
    }
    with NcbiStandIn(assemblies) as stand_in:
        monkeypatch.setenv("CRACKLING_NCBI_URL", stand_in.url)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.delenv("NCBI_API_KEY", raising=False)
        yield stand_in


@pytest.fixture
def crackling(ncbi: NcbiStandIn, capsys: pytest.CaptureFixture[str]) -> Command:
    """A function that runs a command and returns what it printed to stdout and stderr."""

    def call(*arguments: object, code: int = 0) -> tuple[str, str]:
        with pytest.raises(SystemExit) as exit_:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert exit_.value.code == code, err
        return out, err

    return call


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t"))


def test_what_it_is_stands_there_before_work_starts(ncbi: NcbiStandIn, crackling: Command) -> None:
    ncbi.faults = [Fault(r"_genomic\.fna\.gz$", redirect("ftp://localhost/x"))]
    _, err = crackling("genome", LAMBDA, code=2)
    about, error = err.splitlines()
    assert about == (
        "crackling: Escherichia phage Lambda, ViralProj14204 (complete genome): 48,502 bases, contigs: 1; 15.4 kB to download"
    )
    assert error.startswith("crackling: error: ftp://localhost/x: is not https")


def test_the_second_time_asks_nobody(ncbi: NcbiStandIn, crackling: Command, tmp_path: Path) -> None:
    out, _ = crackling("genome", LAMBDA)
    assert str(tmp_path / "cache" / "crackling" / "genomes" / LAMBDA / "genome.issl") in out
    ncbi.asked.clear()
    assert crackling("genome", LAMBDA) == (out, "")
    facts = json.loads(crackling("genome", LAMBDA, "--json")[0])
    assert (facts["bases"], facts["organism"]) == (48502, "Escherichia phage Lambda")
    assert ncbi.asked == []


def test_a_superseded_assembly_is_downloaded_with_a_message(crackling: Command) -> None:
    _, err = crackling("genome", OLD)
    assert f"{ZEBRAFISH} has replaced it" in err


def test_search(ncbi: NcbiStandIn, crackling: Command) -> None:
    found = rows(crackling("genome", "--search", "zebrafish")[0])
    assert [(row["accession"], row["name"], row["reference"]) for row in found] == [
        (ZEBRAFISH, "GRCz12tu", "yes")
    ]
    assert json.loads(crackling("genome", "--search", LAMBDA, "--json")[0])[0]["bases"] == 48502
    out, err = crackling("genome", "--search", "unicorn")
    assert (rows(out), "no organism" in err) == ([], True)


def test_search_on_a_terminal_is_a_table(ncbi: NcbiStandIn) -> None:
    ours, theirs = pty.openpty()
    program = [sys.executable, "-m", "crackling", "genome", "--search", "zebrafish"]
    subprocess.run(program, stdout=theirs, stderr=theirs, check=True, env={**os.environ, "COLUMNS": "120"})
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    os.close(theirs)
    line = next(line for line in shown.splitlines() if ZEBRAFISH in line)
    assert "Danio rerio (zebrafish)" in line
    assert "48,502" in line
    assert "\t" not in line


def test_list_and_removal(crackling: Command) -> None:
    assert rows(crackling("genome", "--list")[0]) == []
    crackling("genome", LAMBDA)
    [row] = rows(crackling("genome", "--list")[0])
    assert (row["accession"], row["organism"]) == (LAMBDA, "Escherichia phage Lambda")
    assert "bytes are free again" in crackling("genome", "--remove", LAMBDA)[0]
    assert rows(crackling("genome", "--list")[0]) == []
    assert "not in the cache of this machine" in crackling("genome", "--remove", LAMBDA, code=2)[1]


def test_an_accession_stands_for_its_index_in_every_command(
    ncbi: NcbiStandIn, crackling: Command, sample: Path, tmp_path: Path
) -> None:
    index = tmp_path / "lambda.issl"
    crackling("index", sample / "lambda_phage.fa", "-o", index)
    guides = tmp_path / "guides"
    guides.write_text(GUIDE)
    commands: list[tuple[list[object], list[object]]] = [
        (["design", sample / "cI.fa", "--genome"], []),
        (["score"], [guides]),
        (["offtargets"], [GUIDE]),
        (["inspect"], []),
    ]
    for before, after in commands:
        by_accession, _ = crackling(*before, LAMBDA, *after)
        assert by_accession == crackling(*before, index, *after)[0]
    assert len([asked for asked in ncbi.asked if asked.path.endswith("/check")]) == 1


ANNOTATED = "GCF_000000007.1"
GENES = "##gff-version 3\n" + "".join(
    f"NC_001416.1\tRefSeq\tgene\t{start}\t{start + 300}\t.\t+\t.\tID=gene-{start};Name=g{start}\n"
    for start in range(1, 48_000, 500)
)


@pytest.fixture
def annotated(sample: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Start a stand-in with an assembly that has genes, and yield the file of these genes."""
    genes = tmp_path / "genes.gff"
    genes.write_text(GENES)
    phage = phage_lambda(sample / "lambda_phage.fa")
    with NcbiStandIn({ANNOTATED: replace(phage, gff=genes)}) as stand_in:
        monkeypatch.setenv("CRACKLING_NCBI_URL", stand_in.url)
        yield genes


def test_an_accession_brings_its_genes(
    crackling: Command, annotated: Path, sample: Path, tmp_path: Path
) -> None:
    """In each format, the result equals that of its FASTA and GFF3 files under the same name."""
    fasta = tmp_path / f"{ANNOTATED}.fa"
    fasta.write_bytes((sample / "lambda_phage.fa").read_bytes())
    query = sample / "cI.fa"
    written = tmp_path / "written"
    for form in FORMATS:
        files = []
        for genome in ([ANNOTATED], [fasta, "--annotation", annotated]):
            crackling("design", query, "--genome", *genome, "--format", form, "-o", written)
            files.append(written.read_bytes())
        assert files[0] == files[1], form
    index = tmp_path / "lambda.issl"
    crackling("index", fasta, "-o", index)
    assert crackling("offtargets", ANNOTATED, GUIDE) == crackling(
        "offtargets", index, GUIDE, "--annotation", annotated
    )


def test_genes_can_be_others_or_left_out(
    crackling: Command, annotated: Path, sample: Path, tmp_path: Path
) -> None:
    def genes(*options: object) -> set[str]:
        table = crackling("offtargets", ANNOTATED, GUIDE, *options)[0]
        return {row["gene"] for row in rows(table)}

    other = tmp_path / "other.gff"
    other.write_text(GENES.replace("Name=g", "Name=other"))
    own = genes() - {""}
    assert own
    assert genes("--annotation", other) - {""} == {name.replace("g", "other") for name in own}
    assert genes("--no-annotation") == {""}
    with pytest.raises(SystemExit, match="2"):
        main(["offtargets", ANNOTATED, GUIDE, "--no-annotation", "--annotation", str(other)])


def test_genes_are_told_and_listed_with_their_genome(crackling: Command, annotated: Path) -> None:
    out, err = crackling("genome", ANNOTATED)
    assert "to download, its genes included" in err
    assert f"genes          {os.environ['XDG_CACHE_HOME']}" in out
    [row] = rows(crackling("genome", "--list")[0])
    assert Path(row["genes"]).name == "genome.genes"


def test_a_file_of_that_name_comes_first(
    ncbi: NcbiStandIn, crackling: Command, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / LAMBDA).write_bytes((sample / "lambda_phage.fa").read_bytes())
    crackling("design", sample / "cI.fa", "--genome", LAMBDA)
    assert ncbi.asked == []


def test_the_key_comes_from_the_environment(
    ncbi: NcbiStandIn, crackling: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "secret")
    crackling("genome", "--search", LAMBDA)
    assert {asked.headers["api-key"] for asked in ncbi.asked} == {"secret"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["GCF_000000009.1"], "NCBI has no assembly GCF_000000009.1"),
        (["lambda"], "'lambda' is not the accession"),
        (["--search", " "], "Name an organism"),
    ],
)
def test_what_cannot_be_had(crackling: Command, arguments: list[str], reason: str) -> None:
    _, err = crackling("genome", *arguments, code=2)
    assert err.startswith(f"crackling: error: {reason}")
    assert err.count("\n") == 1


def test_no_network(crackling: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRACKLING_NCBI_URL", "http://localhost:9/datasets/v2")
    _, err = crackling("genome", "--search", "zebrafish", code=2)
    assert err == (
        "crackling: error: localhost cannot be reached; check the network connection (proxy, firewall) and try again\n"
    )


def test_a_key_is_not_shown(ncbi: NcbiStandIn, crackling: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", "secret")
    ncbi.faults = [Fault("check", status(403))]
    _, err = crackling("genome", LAMBDA, code=2)
    assert "refuses the API key" in err
    assert "secret" not in err


def test_a_bacterium(
    crackling: Command, reference: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """E. coli has the same scores by its accession as by its file."""
    fasta = reference / "genomes" / "ecoli_k12_mg1655.fa.gz"
    index = tmp_path / "ecoli.issl"
    crackling("index", fasta, "-o", index)
    accession = "GCF_000005845.2"
    with NcbiStandIn({accession: StandInAssembly(fasta, organism="Escherichia coli")}) as other:
        monkeypatch.setenv("CRACKLING_NCBI_URL", other.url)
        kept = json.loads(crackling("genome", accession, "--json")[0])
    assert (kept["bases"], kept["organism"]) == (4_639_675, "Escherichia coli")
    assert Path(kept["index"]).read_bytes() == index.read_bytes()


def test_a_region_of_an_accession_is_read_from_the_cache(
    ncbi: NcbiStandIn, crackling: Command, sample: Path
) -> None:
    region = ("--region", "NC_001416.1:37,227-37,940")
    by_accession = crackling("design", *region, "--genome", LAMBDA)[0]
    assert by_accession == crackling("design", *region, "--genome", sample / "lambda_phage.fa")[0]
    assert by_accession.count("\n") > 50
