from __future__ import annotations

import pytest

from crackling_aws.models import GenomeState, Part, Source


def upload(service, genome="mine"):
    service.clients.s3.objects["genome", f"uploads/{genome}/genome"] = b">a\nACGT\n"


def test_a_genome_is_announced_uploaded_completed_and_listed(service):
    answer = service.ask("POST", "/genomes", {"genome": "mine", "name": "My strain"})
    assert answer.status == 201
    assert answer.headers["Location"] == answer.json["url"] == "/api/genomes/mine"
    assert answer.json["upload"]["fields"]["key"] == "uploads/mine/genome"
    assert answer.json["upload"]["limit"] == 5_000_000_000
    assert service.ask("POST", "/genomes/mine/complete").status == 409
    upload(service)
    answer = service.ask("POST", "/genomes/mine/complete")
    assert (answer.status, answer.json["state"], answer.json["name"]) == (202, "preparing", "My strain")
    assert service.genomes.get("mine").place is None
    assert service.sent == []
    listed = service.ask("GET", "/genomes").json["genomes"]
    assert listed == [service.ask("GET", "/genomes/mine").json]
    assert listed[0]["parts"] == ["bowtie2", "fasta", "issl"]


def test_completing_again_changes_nothing(service):
    service.ask("POST", "/genomes", {"genome": "mine"})
    upload(service)
    first = service.ask("POST", "/genomes/mine/complete").json
    claimed = service.genomes.get("mine")
    assert service.ask("POST", "/genomes/mine/complete").json == first
    assert service.genomes.get("mine") == claimed


def test_a_failed_genome_can_be_completed_anew(service):
    service.ask("POST", "/genomes", {"genome": "mine"})
    upload(service)
    service.ask("POST", "/genomes/mine/complete")
    first = service.genomes.get("mine").claim
    service.genomes.mark_failed("mine", first, "broken", 3)
    assert service.ask("POST", "/genomes/mine/complete").json["state"] == "preparing"
    assert service.genomes.get("mine").claim != first


def test_completing_a_genome_that_is_ready_changes_nothing(service):
    service.make_ready("mine")
    answer = service.ask("POST", "/genomes/mine/complete")
    assert (answer.status, answer.json["state"], service.sent) == (202, "ready", [])


@pytest.mark.parametrize("genome", ["", "a/b", "..", ".hidden", "a b", "x" * 65, "ge\nnome", "é"])
def test_ids_are_plain(service, genome):
    assert service.ask("POST", "/genomes", {"genome": genome}).status == 422


def test_accessions_are_not_uploaded(service):
    answer = service.ask("POST", "/genomes", {"genome": "GCF_000840245.1"})
    assert (answer.status, "NCBI" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize("state", [GenomeState.READY, GenomeState.PREPARING])
def test_a_genome_in_use_is_not_announced_anew(service, state):
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    if state is GenomeState.READY:
        service.genomes.mark_ready("mine", "c", 2)
    assert service.ask("POST", "/genomes", {"genome": "mine"}).status == 409


def test_a_genome_and_all_its_files_are_deleted(service):
    service.make_ready("mine")
    upload(service)
    upload(service, "mine2")
    assert service.ask("DELETE", "/genomes/mine").status == 204
    assert list(service.clients.s3.objects) == [("genome", "uploads/mine2/genome")]
    assert service.ask("GET", "/genomes/mine").status == 404
    assert service.ask("DELETE", "/genomes/mine").status == 404


def test_an_interrupted_deletion_can_be_repeated(service):
    upload(service)
    assert service.ask("DELETE", "/genomes/mine").status == 204
    assert not service.clients.s3.objects


def test_a_genome_in_preparation_is_not_deleted(service):
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    assert service.ask("DELETE", "/genomes/mine").status == 409


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_genome_is_a_404(service, method):
    assert service.ask(method, "/genomes/none").status == 404
    assert service.ask("POST", "/genomes/none/complete").status == 404
