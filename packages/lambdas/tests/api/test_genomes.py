from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.conftest import NOW
from crackling_aws.models.genomes import GenomeState, Part, Progress, Source, Venue
from fakes.known import known

if TYPE_CHECKING:
    from api.conftest import Service


def upload(service: Service, genome_id: str = "mine") -> None:
    service.clients.s3.objects["genome", f"uploads/{genome_id}/genome"] = b">a\nACGT\n"


def test_a_genome_is_announced_uploaded_completed_and_listed(service: Service) -> None:
    answer = service.ask("POST", "/genomes", {"genome": "mine", "name": "My strain"})
    assert answer.status == 201
    assert answer.headers["Location"] == answer.json["url"] == "/api/genomes/mine"
    assert answer.json["upload"]["fields"]["key"] == "uploads/mine/genome"
    assert answer.json["upload"]["limit"] == 5_000_000_000
    assert service.ask("POST", "/genomes/mine/complete").status == 409
    upload(service)
    answer = service.ask("POST", "/genomes/mine/complete")
    assert (answer.status, answer.json["state"], answer.json["name"]) == (202, "preparing", "My strain")
    assert known(service.genomes.get("mine")).venue is None
    assert service.sent == []
    listed = service.ask("GET", "/genomes").json["genomes"]
    assert listed == [service.ask("GET", "/genomes/mine").json]
    assert listed[0]["parts"] == ["fasta", "issl"]


def test_genomes_come_in_pages_by_id(service: Service) -> None:
    ids = sorted([f"g{n}" for n in range(7)] + ["Big", "GCF_000840245.1", "0", "zz"])
    for genome in reversed(ids):
        service.make_ready(genome)
    for limit in (1, 2, len(ids) - 1, len(ids), 200):
        found: list[str] = []
        query = {"limit": str(limit)}
        while True:
            page = service.ask("GET", "/genomes", query=query).json
            assert len(page["genomes"]) <= limit
            found += [genome["genome"] for genome in page["genomes"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]
        assert found == ids


def test_a_genome_that_is_deleted_between_two_pages_hides_no_other(service: Service) -> None:
    for genome in "abc":
        service.make_ready(genome)
    following = service.ask("GET", "/genomes", query={"limit": "1"}).json["next"]
    service.genomes.delete(following)
    page = service.ask("GET", "/genomes", query={"cursor": following}).json
    assert [genome["genome"] for genome in page["genomes"]] == ["c"]


def test_announcements_that_nobody_completed_hide_no_genome(service: Service) -> None:
    for n in range(2400):
        service.genomes.expect_upload(f"a{n}", "x" * 200, NOW, 2**31)
    service.make_ready("real")
    answer = service.ask("GET", "/genomes").json
    assert ([genome["genome"] for genome in answer["genomes"]], answer["next"]) == (["real"], None)
    assert service.ask("GET", "/genomes/a0").json["state"] == "uploading"


def test_the_largest_page_of_genomes_is_carried(service: Service) -> None:
    for n in range(200):
        genome = f"{n:064}"
        # In an answer each of these characters takes seven letters.
        service.genomes.expect_upload(genome, "\x01" * 200, NOW, 2**31)
        service.genomes.claim(genome, "c", Source.UPLOAD, [Part.FASTA, Part.ISSL, Part.BOWTIE2], NOW)
        service.genomes.mark_failed(genome, "c", "\x01" * 100_000, NOW)
    answer = service.ask("GET", "/genomes", query={"limit": "200"})
    assert (answer.status, len(answer.json["genomes"])) == (200, 200)


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "201"}, {"cursor": ""}, {"cursor": "a b"}])
def test_a_page_of_genomes_that_cannot_be_is_refused(service: Service, query: dict[str, str]) -> None:
    assert service.ask("GET", "/genomes", query=query).status == 422


def test_an_annotation_is_announced_with_its_genome(service: Service) -> None:
    assert service.ask("POST", "/genomes", {"genome": "mine"}).json["annotationUpload"] is None
    form = service.ask("POST", "/genomes", {"genome": "mine", "annotation": True}).json["annotationUpload"]
    assert (form["fields"]["key"], form["limit"]) == ("uploads/mine/annotation", 500_000_000)


def test_an_annotation_of_an_earlier_announcement_is_forgotten(service: Service) -> None:
    service.ask("POST", "/genomes", {"genome": "mine", "annotation": True})
    service.clients.s3.objects["genome", "uploads/mine/annotation"] = b"old"
    service.ask("POST", "/genomes", {"genome": "mine"})
    assert ("genome", "uploads/mine/annotation") not in service.clients.s3.objects


def test_completing_again_changes_nothing(service: Service) -> None:
    service.ask("POST", "/genomes", {"genome": "mine"})
    upload(service)
    first = service.ask("POST", "/genomes/mine/complete").json
    claimed = known(service.genomes.get("mine"))
    assert service.ask("POST", "/genomes/mine/complete").json == first
    assert service.genomes.get("mine") == claimed


def test_a_failed_genome_can_be_completed_anew(service: Service) -> None:
    service.ask("POST", "/genomes", {"genome": "mine"})
    upload(service)
    service.ask("POST", "/genomes/mine/complete")
    first = known(known(service.genomes.get("mine")).claim)
    service.genomes.mark_failed("mine", first, "broken", 3)
    assert service.ask("POST", "/genomes/mine/complete").json["state"] == "preparing"
    assert known(service.genomes.get("mine")).claim != first


def test_completing_a_genome_that_is_ready_changes_nothing(service: Service) -> None:
    service.make_ready("mine")
    answer = service.ask("POST", "/genomes/mine/complete")
    assert (answer.status, answer.json["state"], service.sent) == (202, "ready", [])


@pytest.mark.parametrize("genome", ["", "a/b", "..", ".hidden", "a b", "x" * 65, "ge\nnome", "é"])
def test_ids_are_plain(service: Service, genome: str) -> None:
    assert service.ask("POST", "/genomes", {"genome": genome}).status == 422


def test_accessions_are_not_uploaded(service: Service) -> None:
    answer = service.ask("POST", "/genomes", {"genome": "GCF_000840245.1"})
    assert (answer.status, "NCBI" in answer.json["detail"]) == (422, True)


@pytest.mark.parametrize("state", [GenomeState.READY, GenomeState.PREPARING])
def test_a_genome_in_use_is_not_announced_anew(service: Service, state: str) -> None:
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    if state is GenomeState.READY:
        service.genomes.mark_ready("mine", "c", 2)
    assert service.ask("POST", "/genomes", {"genome": "mine"}).status == 409


def test_a_genome_and_all_its_files_are_deleted(service: Service) -> None:
    service.make_ready("mine")
    upload(service)
    upload(service, "mine2")
    assert service.ask("DELETE", "/genomes/mine").status == 204
    assert list(service.clients.s3.objects) == [("genome", "uploads/mine2/genome")]
    assert service.ask("GET", "/genomes/mine").status == 404
    assert service.ask("DELETE", "/genomes/mine").status == 404


def test_an_interrupted_deletion_can_be_repeated(service: Service) -> None:
    upload(service)
    assert service.ask("DELETE", "/genomes/mine").status == 204
    assert not service.clients.s3.objects


def test_a_genome_in_preparation_is_not_deleted(service: Service) -> None:
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    assert service.ask("DELETE", "/genomes/mine").status == 409


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_genome_is_a_404(service: Service, method: str) -> None:
    assert service.ask(method, "/genomes/none").status == 404
    assert service.ask("POST", "/genomes/none/complete").status == 404


def test_a_route_is_no_id(service: Service) -> None:
    answer = service.ask("POST", "/genomes", {"genome": "search"})
    assert (answer.status, "choose another id" in answer.json["detail"]) == (422, True)


def test_a_preparation_shows_its_place_and_its_progress(service: Service) -> None:
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA, Part.ISSL], 1)
    before = service.ask("GET", "/genomes/mine").json
    assert [
        before[name] for name in ("venue", "progress", "organism", "expectedBases", "expectedSeconds")
    ] == [None] * 5
    service.genomes.begun("mine", "c", Venue.WORKER, 17_000_000_000, 900.4, "Triticum aestivum", 2)
    service.genomes.progress("mine", "c", Progress(Part.FASTA, 5, 17), 3)
    found = service.ask("GET", "/genomes/mine").json
    assert (found["venue"], found["organism"]) == ("worker", "Triticum aestivum")
    assert (found["expectedBases"], found["expectedSeconds"]) == (17_000_000_000, 900)
    assert (found["began"], found["tookSeconds"]) == ("1970-01-01T00:00:01Z", None)
    assert found["progress"] == {"part": "fasta", "phase": None, "done": 5, "total": 17}
    assert service.ask("GET", "/genomes").json["genomes"] == [found]
    service.genomes.fasta_done("mine", "c", 1, 17, 3)
    assert service.ask("GET", "/genomes/mine").json["progress"] is None, "the index has not begun"
    service.genomes.mark_ready("mine", "c", 4)
    ready = service.ask("GET", "/genomes/mine").json
    assert (ready["progress"], ready["tookSeconds"]) == (None, 3)


def test_the_files_of_a_genome_can_be_downloaded(service: Service) -> None:
    service.make_ready("mine")
    claim = known(service.genomes.get("mine")).claim
    service.clients.s3.objects.clear()
    for name in ("genome.fa.gz", "genome.1-of-2.issl", "genome.2-of-2.issl", "bowtie2/genome.rev.1.bt2"):
        service.clients.s3.objects["genome", f"genomes/mine/{claim}/{name}"] = name.encode()
    service.clients.s3.objects["genome", "genomes/mine/older/genome.issl"] = b"of another preparation"
    answer = service.ask("GET", "/genomes/mine/files")
    assert answer.status == 200
    found = {file["name"]: file for file in answer.json["files"]}
    assert {name: file["part"] for name, file in found.items()} == {
        "genome.fa.gz": "fasta",
        "genome.1-of-2.issl": "issl",
        "genome.2-of-2.issl": "issl",
        "genome.rev.1.bt2": "bowtie2",
    }
    index = found["genome.1-of-2.issl"]
    assert index["bytes"] == len("genome.1-of-2.issl")
    assert index["url"].startswith(f"https://genome.example/genomes/mine/{claim}/genome.1-of-2.issl?")


def test_a_bowtie2_index_is_built_when_somebody_asks_and_once(service: Service) -> None:
    service.make_ready("mine")
    assert service.ask("GET", "/genomes/mine").json["bowtie2"] is None
    service.sent.clear()
    for _ in range(2):
        answer = service.ask("POST", "/genomes/mine/bowtie2")
        assert (answer.status, answer.json["bowtie2"], answer.json["state"]) == (202, "preparing", "ready")
    claim = known(service.genomes.get("mine")).claim
    assert service.sent == [("bowtie2", f'{{"genome_id": "mine", "claim": "{claim}"}}')]


def test_a_bowtie2_index_that_cannot_be_had_is_refused(service: Service) -> None:
    assert service.ask("POST", "/genomes/none/bowtie2").status == 404
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    answer = service.ask("POST", "/genomes/mine/bowtie2")
    assert (answer.status, "ask again when it is ready" in answer.json["detail"]) == (409, True)
    service.genomes.fasta_done("mine", "c", 1, 10**9, 2)
    service.genomes.mark_ready("mine", "c", 3)
    answer = service.ask("POST", "/genomes/mine/bowtie2")
    assert (answer.status, "bowtie2-build genome.fa.gz NAME" in answer.json["detail"]) == (409, True)
    assert known(service.genomes.get("mine")).bowtie2 is None


def test_a_genome_that_is_not_ready_has_no_files(service: Service) -> None:
    assert service.ask("GET", "/genomes/none/files").status == 404
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], 1)
    answer = service.ask("GET", "/genomes/mine/files")
    assert (answer.status, "preparing" in answer.json["detail"]) == (409, True)
