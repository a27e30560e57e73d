from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crackling.errors import InputError, TransferError
from crackling.ncbi import Assembly
from crackling_aws.models.genomes import Part, Source, Venue
from crackling_lambdas.genomes.expectation import BASES_PER_SECOND, START_SECONDS
from crackling_lambdas.handlers import api
from localcloud.standins.assemblies import StandInAssembly
from localcloud.standins.ncbi import NcbiStandIn
from simulator.world import ENVIRONMENT

if TYPE_CHECKING:
    from pathlib import Path

    from api.conftest import Answer, Service

ZEBRAFISH = Assembly(
    accession="GCF_049306965.1",
    organism="Danio rerio",
    common_name="zebrafish",
    tax_id=7955,
    name="GRCz12tu",
    level="Chromosome",
    bases=1_448_000_000,
    contigs=51,
    reference=True,
    current="GCF_049306965.1",
    paired_accession=None,
    suppression_reason=None,
)


def search(service: Service, text: str) -> Answer:
    return service.ask("GET", "/genomes/search", query={"q": text})


def test_assemblies_are_found(service: Service) -> None:
    service.catalogue.found = [ZEBRAFISH, replace(ZEBRAFISH, accession="GCA_000000001.1", reference=False)]
    answer = search(service, "zebrafish")
    assert answer.status == 200
    assert answer.json["genomes"][0] == {
        "accession": "GCF_049306965.1",
        "organism": "Danio rerio",
        "commonName": "zebrafish",
        "name": "GRCz12tu",
        "level": "Chromosome",
        "bases": 1_448_000_000,
        "contigs": 51,
        "reference": True,
        "replacedBy": None,
        "expectedSeconds": round(START_SECONDS[Venue.WORKER] + 1_448_000_000 / BASES_PER_SECOND),
    }
    assert [one["reference"] for one in answer.json["genomes"]] == [True, False]
    assert service.catalogue.asked == ["zebrafish"]


def test_a_newer_version_is_named(service: Service) -> None:
    service.catalogue.found = [replace(ZEBRAFISH, current="GCF_049306965.2")]
    assert search(service, "zebrafish").json["genomes"][0]["replacedBy"] == "GCF_049306965.2"


def test_what_earlier_genomes_took_is_expected_of_others(service: Service) -> None:
    """On a worker, as the zebrafish is too large for the functions of these tests."""
    service.catalogue.found = [ZEBRAFISH]
    [before] = search(service, "zebrafish").json["genomes"]
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    service.genomes.begun("mine", "c", Venue.WORKER, ZEBRAFISH.bases, 20, None, 2)
    service.genomes.fasta_done("mine", "c", 51, ZEBRAFISH.bases, 3)
    service.genomes.mark_ready("mine", "c", 5001)
    [after] = search(service, "zebrafish").json["genomes"]
    assert (before["expectedSeconds"], after["expectedSeconds"]) == (222, 5000)


def test_nothing_found_is_no_error(service: Service) -> None:
    answer = search(service, "unicorn")
    assert (answer.status, answer.json) == (200, {"genomes": []})


@pytest.mark.parametrize("query", [None, {"q": ""}, {"q": "x" * 101}])
def test_a_name_has_1_to_100_characters(service: Service, query: dict[str, str]) -> None:
    answer = service.ask("GET", "/genomes/search", query=query)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "query.q")
    assert service.catalogue.asked == []


def test_an_accession_that_is_not_to_be_had_says_why(service: Service) -> None:
    service.catalogue.error = InputError("NCBI withdrew GCF_000000001.1; use GCF_000000001.2")
    answer = search(service, "GCF_000000001.1")
    assert (answer.status, answer.json["detail"]) == (
        422,
        "NCBI withdrew GCF_000000001.1; use GCF_000000001.2",
    )


def test_ncbi_that_does_not_answer_is_a_bad_gateway(service: Service) -> None:
    service.catalogue.error = TransferError("NCBI cannot be reached; try again later")
    answer = search(service, "zebrafish")
    assert (answer.status, answer.json["title"]) == (502, "Bad Gateway")
    assert answer.json["detail"] == "NCBI cannot be reached; try again later"


@pytest.mark.enable_socket
@pytest.mark.allow_hosts(["127.0.0.1", "::1", "localhost"])
def test_the_catalogue_is_ncbi(service: Service, tmp_path: Path) -> None:
    """At the address that the function's environment names."""
    fasta = tmp_path / "small.fa"
    fasta.write_text(">one\nACGT\n")
    small = StandInAssembly(fasta, organism="Danio rerio", common_name="zebrafish", tax_id=7955)
    with NcbiStandIn({"GCF_000000001.1": small}) as ncbi:
        service.handler = api.make_handler({**ENVIRONMENT, "NCBI_URL": ncbi.url}, service.clients)
        [found] = search(service, "zebrafish").json["genomes"]
    assert (found["accession"], found["bases"]) == ("GCF_000000001.1", 4)
