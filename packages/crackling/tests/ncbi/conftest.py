"""A stand-in for NCBI with phage lambda, and a client in a hurry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling.ncbi import Ncbi
from crackling.ncbi.rate import Rate
from localcloud.standins.assemblies import StandInAssembly, phage_lambda
from localcloud.standins.ncbi import NcbiStandIn
from support.ncbi import HURRIED, LAMBDA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stand-in is on this machine; no other is reached."""
    for item in items:
        if "tests/ncbi" in str(item.path):
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"]))


@pytest.fixture(scope="session")
def phage(sample: Path) -> StandInAssembly:
    return phage_lambda(sample / "lambda_phage.fa")


@pytest.fixture(scope="session")
def assemblies(phage: StandInAssembly) -> dict[str, StandInAssembly]:
    withdrawn = replace(phage, status="suppressed", suppression_reason="many frameshifted proteins")
    return {
        LAMBDA: phage,
        "GCF_000000001.1": replace(withdrawn, current="GCF_000000001.2"),
        "GCF_000000003.1": replace(withdrawn, paired_accession="GCA_000000003.1"),
        "GCF_000000004.1": withdrawn,
        "GCF_000000005.1": replace(phage, status="previous", current="GCF_000000005.2"),
        "GCF_000000005.2": replace(
            phage, organism="Danio rerio", common_name="zebrafish", tax_id=7955, name="GRCz12"
        ),
        "GCA_000000006.1": replace(phage, organism="Danio aesculapii", tax_id=1142201, reference=False),
    }


@pytest.fixture
def ncbi(assemblies: dict[str, StandInAssembly]) -> Iterator[NcbiStandIn]:
    with NcbiStandIn(assemblies) as stand_in:
        yield stand_in


@pytest.fixture
def client(ncbi: NcbiStandIn) -> Ncbi:
    return Ncbi(ncbi.url, retry_policy=HURRIED, rate=Rate(1_000))


@pytest.fixture
def fetched(client: Ncbi) -> Callable[[], bytes]:
    """Phage lambda's file, all of it."""

    def fetch() -> bytes:
        with client.download_fasta(LAMBDA) as stream:
            return stream.read()

    return fetch
