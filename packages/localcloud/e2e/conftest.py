"""Share one deployment among all modules of the folder, made by the same code as the deployment of `./scripts/run`.

The modules run in the order of ORDER, because the last ones look at what the others left behind. Each also runs by itself.
"""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import build
import local_stage
from crackling.specificity import Index, build_index
from expected import Expected
from local_stage import SAMPLE, SAMPLE_GENOME, Deployment
from localcloud.standins.assemblies import StandInAssembly
from web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from delivery.api_client import ApiClient
    from localcloud.cloud import LocalCloud

HERE = Path(__file__).parent
ORDER = (
    "test_run_options",
    "test_designs",
    "test_annotation",
    "test_preparations",
    "test_workers",
    "test_refusals",
    "test_mail",
    "test_site",
    "test_browser",
    "test_disturbances",
    "test_run_script",
    "test_aftermath",
    "test_redeployment",
    "test_sign_in",
)
UPLOAD_LIMIT = 1_000_000
"""In bytes. Exceeding the usual limit would take a file of gigabytes."""
LAMBDA_LIMIT = 5_000_000 if "CRACKLING_REFERENCE" in os.environ else 1_000_000
"""In bases; larger genomes go to a worker, but the bacterium does not."""
BACTERIUM = "GCF_000005845.2"
"""E. coli K-12 MG1655, which is served only if CRACKLING_REFERENCE names the folder that has it."""
TROUBLED = "GCA_900000003.1"
"""Phage lambda again, for a test that makes its download fail."""
ANNOTATED = "GCF_900000004.1"
"""Phage lambda again, with genes and a bacterium's name, which users find by searching for an organism."""
SUPERSEDED, SUPPRESSED = "GCF_900000005.1", "GCF_900000006.1"
"""Earlier assemblies of the same bacterium: ANNOTATED has replaced the first, and NCBI has withdrawn the second."""
CONTIG = "NC_001416.1"
GENES = "".join(
    f"{CONTIG}\t.\t{kind}\t{start}\t{end}\t.\t-\t.\t{attributes}\n"
    for kind, start, end, attributes in (
        ("gene", 37_000, 37_800, "ID=gene1;Name=cI"),
        ("exon", 37_000, 37_300, "Parent=gene1"),
        ("exon", 37_500, 37_800, "Parent=gene1"),
        ("CDS", 37_100, 37_300, "Parent=gene1"),
    )
)
"""GFF3: the location of cI, in two exons."""
LARGE_ACCESSION, SECOND_LARGE_ACCESSION = "GCA_900000001.1", "GCA_900000002.1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))
    items[:] = [item for item in items if item not in ours] + sorted(
        ours, key=lambda item: ORDER.index(item.path.stem)
    )


@pytest.fixture(scope="session")
def large_genome(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return phage lambda followed by a random contig that makes it too large for the functions."""
    path = tmp_path_factory.mktemp("large") / "large.fa"
    letters = "".join(random.Random(5).choices("ACGT", k=LAMBDA_LIMIT + 100_000))
    path.write_text(f"{(SAMPLE / 'lambda_phage.fa').read_text()}>random\n{letters}\n")
    return path


@pytest.fixture(scope="session")
def bacterial_genome() -> Path | None:
    folder = os.environ.get("CRACKLING_REFERENCE")
    return Path(folder, "genomes", "ecoli_k12_mg1655.fa.gz") if folder else None


@pytest.fixture(scope="session")
def genes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("annotation") / "genes.gff"
    path.write_text(f"##gff-version 3\n{GENES}")
    return path


@pytest.fixture(scope="session")
def deployment(large_genome: Path, bacterial_genome: Path | None, genes: Path) -> Iterator[Deployment]:
    phage = SAMPLE / "lambda_phage.fa"
    bacterium = StandInAssembly(
        phage, organism="Escherichia coli", common_name="E. coli", tax_id=562, name="ASM90v1", gff=genes
    )
    assemblies: dict[str, Path | StandInAssembly] = {
        LARGE_ACCESSION: large_genome,
        SECOND_LARGE_ACCESSION: large_genome,
        TROUBLED: phage,
        ANNOTATED: bacterium,
        SUPERSEDED: replace(bacterium, status="previous", current=ANNOTATED),
        SUPPRESSED: replace(
            bacterium,
            status="suppressed",
            suppression_reason="many frameshifted proteins",
            paired_accession=ANNOTATED,
        ),
    }
    if bacterial_genome:
        assemblies[BACTERIUM] = bacterial_genome
    with local_stage.deployed(
        front_port=0,
        assemblies=assemblies,
        uploadLimitBytes=str(UPLOAD_LIMIT),
        lambdaLimitBases=str(LAMBDA_LIMIT),
    ) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def cloud(deployment: Deployment) -> LocalCloud:
    return deployment.cloud


@pytest.fixture(scope="session")
def api(deployment: Deployment) -> ApiClient:
    return deployment.api


@pytest.fixture(scope="session")
def web(deployment: Deployment) -> Web:
    """Return a client at the page's own address, for tests of statuses and headers."""
    return Web(deployment.cloud.url)


@pytest.fixture(scope="session")
def genome(api: ApiClient) -> str:
    """Return the id of phage lambda, uploaded and ready."""
    api.upload_genome(SAMPLE_GENOME, "Enterobacteria phage lambda", SAMPLE / "lambda_phage.fa")
    api.wait_for_genome(SAMPLE_GENOME)
    return SAMPLE_GENOME


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Expected]:
    """Compute the results for queries against phage lambda with the science alone, without any cloud."""
    path = tmp_path_factory.mktemp("expected") / "lambda.issl"
    build_index([SAMPLE / "lambda_phage.fa"], path)
    with Index.open(path) as index:
        yield Expected(index)


@pytest.fixture(scope="session")
def expected_of_large(tmp_path_factory: pytest.TempPathFactory, large_genome: Path) -> Iterator[Expected]:
    """Compute the results for queries against the large genome in the same way."""
    path = tmp_path_factory.mktemp("expected-large") / "large.issl"
    build_index([large_genome], path)
    with Index.open(path) as index:
        yield Expected(index)


@pytest.fixture(scope="session")
def screenshots() -> Path:
    folder = build.ROOT / "build" / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    return folder


@pytest.fixture
def whole_folder(request: pytest.FixtureRequest) -> None:
    """Skip tests that add up what all others did, unless the whole folder runs."""
    modules = {item.path.stem for item in request.session.items}
    if not modules.issuperset(ORDER) or request.config.getoption("keyword"):
        pytest.skip("adds up what the whole folder did, and only a part of it was asked for")
