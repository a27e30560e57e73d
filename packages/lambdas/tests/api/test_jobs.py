from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crackling.annotation import Locus
from crackling.results import COLUMNS, FORMATS, Design, Kind, make_target, write
from crackling.sequences.fasta import parse_query
from crackling.specificity import OffTarget
from crackling_aws.messages import ListOffTargets, dump
from crackling_aws.models.chunks import Chunk
from crackling_aws.models.genomes import IndexFile, Part, Phase, Progress, Source
from crackling_aws.stores.objects import ObjectStore
from crackling_lambdas.errors import FullDiskError, NotYetError
from crackling_lambdas.jobs import results
from crackling_lambdas.jobs.off_target_lists import OffTargets, StoredLists
from crackling_lambdas.jobs.scanning import query_sites
from crackling_lambdas.jobs.submission import MAX_QUERY_GUIDES, MAX_QUERY_LETTERS
from simulator import science

if TYPE_CHECKING:
    from collections.abc import Iterator

    from api.conftest import Service
    from crackling.results import Format, Target

NOW = 1_800_000_000.0
SEQUENCE = "ACGTTGCATCCATTGCAGGATCCAGGTTTACGGATTACCAGGTTACGATTAGGCATTACAGG"
GUIDE = "GACTGACCGGCAGGCAGAAC"
GUIDES = f"{GUIDE}\n\n>named\ngccggacggctttggcggcacgg\n{GUIDE}AAG\n"
FASTA = f">one first\n{SEQUENCE[:40]}\n{SEQUENCE[40:]}\n>two\n{SEQUENCE}\n"


def test_a_job_is_taken_stored_and_shown(service: Service) -> None:
    service.make_ready()
    answer = service.ask("POST", "/jobs", {"fasta": FASTA, "genome": "phage", "options": {"consensus": 3}})
    assert answer.status == 202
    job_id = answer.json["jobId"]
    assert answer.json == {"jobId": job_id, "url": f"/api/jobs/{job_id}", "mail": None}
    assert answer.headers["Location"] == f"/api/jobs/{job_id}"
    assert service.clients.s3.objects["data", f"jobs/{job_id}/query.fa"] == FASTA.encode()
    assert service.ask("GET", f"/jobs/{job_id}").json == {
        "jobId": job_id,
        "kind": "sequence",
        "region": None,
        "genome": "phage",
        "genomeName": None,
        "organism": None,
        "genomeBases": 48502,
        "annotated": False,
        "genomeReplaced": False,
        "status": "queued",
        "progress": {"guides": None, "consensusDone": 0, "offTargetDone": 0},
        "indexDamaged": False,
        "genomeProgress": None,
        "indexDownload": None,
        "reason": None,
        "mailDue": False,
        "options": {"consensus": 3},
        "shared": False,
        "mine": False,
        "created": "2027-01-15T08:00:00Z",
        "updated": "2027-01-15T08:00:00Z",
        "expires": "2027-02-14T08:00:00Z",
    }


def test_a_failed_job_gives_its_reason(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.jobs.fail(job_id, "The genome is a protein", 5)
    job = service.ask("GET", f"/jobs/{job_id}").json
    assert (job["status"], job["reason"]) == ("failed", "The genome is a protein")


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("{", 400, "JSON"),
        ({"genome": "phage"}, 422, "body: give exactly one of sequence, fasta, guides and region"),
        (
            {"sequence": "ACGT", "fasta": ">a\nACGT", "genome": "phage"},
            422,
            "exactly one of sequence, fasta, guides and region",
        ),
        ({"sequence": "ACGT"}, 422, "genome"),
        ({"sequence": "ACGT", "genome": "../etc"}, 422, "genome"),
        ({"sequence": "ACGT", "genome": "phage", "options": {"consensus": 4}}, 422, "consensus"),
        ({"sequence": "ACGT", "genome": "phage", "colour": "red"}, 422, "colour"),
        ({"sequence": "ACGT!", "genome": "phage"}, 422, "letter 5"),
        ({"sequence": "  ", "genome": "phage"}, 422, "empty"),
        ({"fasta": ">a 1\nAC\n>a 2\nGT", "genome": "phage"}, 422, "sequences 1 and 2 are both named 'a'"),
        ({"sequence": "ACGT", "guides": ["ACGT"], "genome": "phage"}, 422, "exactly one"),
        ({"guides": [GUIDE, "ACGT"], "genome": "phage"}, 422, "the guides, line 2: 'ACGT' (4 letters)"),
        ({"guides": "", "genome": "phage"}, 422, "holds no guides"),
        ({"guides": [], "genome": "phage"}, 422, "holds no guides"),
        ({"guides": [1], "genome": "phage"}, 422, "guides"),
        ({"guides": [GUIDE] * 50_001, "genome": "phage"}, 413, "50,001 guides"),
        ({"region": "a:1-9", "sequence": "ACGT", "genome": "phage"}, 422, "exactly one"),
        (
            {"region": " ", "genome": "phage"},
            422,
            "the region: is empty; give a gene's name, or CONTIG:START-END",
        ),
        ({"region": "a:9-8", "genome": "phage"}, 422, "a:9-8: bases are counted from 1"),
        (
            {"region": "a:1-1,000,001", "genome": "phage"},
            413,
            "1,000,001 bases; the limit of a job is 1,000,000",
        ),
        ({"region": "cI", "genome": "unheard-of"}, 404, "unheard-of"),
        ({"sequence": "ACGT", "genome": "unheard-of"}, 404, "unheard-of"),
        ({"sequence": "A" * 1_000_001, "genome": "phage"}, 413, "1,000,001"),
        ({"sequence": "A\n" * 1_000_001, "genome": "phage"}, 413, "letters"),
    ],
)
def test_a_request_that_cannot_be_met_says_why(service: Service, body: Any, status: int, says: str) -> None:
    service.make_ready()
    answer = service.ask("POST", "/jobs", body)
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert (answer.status, problem["status"]) == (status, status)
    assert says in problem["detail"]
    assert problem["title"]
    assert not service.clients.s3.objects.keys() - {("genome", "genomes/phage/c/genome.issl")}
    assert not service.clients.dynamodb.tables["jobs"]


@pytest.mark.parametrize("region", [" cI ", "phage:1-1,000,000"])
def test_a_region_is_kept_as_its_user_named_it_and_read_later(service: Service, region: str) -> None:
    job_id = service.submit(region=region)
    job = service.ask("GET", f"/jobs/{job_id}").json
    assert (job["kind"], job["region"]) == ("sequence", region.strip())
    assert ("data", f"jobs/{job_id}/query.fa") not in service.clients.s3.objects
    answer = service.ask("GET", f"/jobs/{job_id}/query")
    assert (answer.status, "its sequence is there when it is scanned" in answer.json["detail"]) == (409, True)


def test_a_query_of_exactly_one_million_bases_is_taken(service: Service) -> None:
    service.make_ready()
    assert service.ask("POST", "/jobs", {"sequence": "A" * 1_000_000, "genome": "phage"}).status == 202


def test_an_accession_needs_no_upload(service: Service) -> None:
    assert service.ask("POST", "/jobs", {"sequence": "ACGT", "genome": "GCF_000840245.1"}).status == 202


def test_a_genome_whose_file_is_missing_is_refused(service: Service) -> None:
    service.ask("POST", "/genomes", {"genome": "mine"})
    answer = service.ask("POST", "/jobs", {"sequence": "ACGT", "genome": "mine"})
    assert (answer.status, "not been uploaded" in answer.json["detail"]) == (422, True)


def test_a_genome_that_failed_and_whose_file_is_gone_is_uploaded_first(service: Service) -> None:
    service.ask("POST", "/genomes", {"genome": "mine"})
    service.genomes.claim("mine", "c", Source.UPLOAD, [Part.FASTA], NOW)
    service.genomes.mark_failed("mine", "c", "no sequence", NOW)
    answer = service.ask("POST", "/jobs", {"genome": "mine", "sequence": "ACGT"})
    assert (answer.status, "not been uploaded" in answer.json["detail"]) == (422, True)
    service.clients.s3.objects["genome", "uploads/mine/genome"] = b">a\nACGT"
    assert service.ask("POST", "/jobs", {"genome": "mine", "sequence": "ACGT"}).status == 202


@pytest.mark.parametrize(
    "path",
    [
        "/jobs/none",
        "/jobs/none/query",
        "/jobs/none/targets",
        "/jobs/none/export",
        "/jobs/none/targets/1/offtargets",
    ],
)
def test_an_unknown_job_is_a_404(service: Service, path: str) -> None:
    answer = service.ask("GET", path)
    assert answer.status == 404
    assert "none" in answer.json["detail"]


def expected_targets(sequence: str, kind: Kind = Kind.SEQUENCE) -> Iterator[Target]:
    for number, query in enumerate(query_sites(sequence, kind), start=1):
        guide = query.site.guide
        scores = science.efficiency(guide), science.specificity(b"x", guide)
        yield make_target(number, query.site, *scores, repeated_in_query=query.repeated)


@pytest.mark.parametrize("guides", [GUIDES, GUIDES.splitlines()])
def test_own_guides_are_a_query(service: Service, guides: str | list[str]) -> None:
    job_id = service.submit(guides=guides)
    assert service.ask("GET", f"/jobs/{job_id}/query").status == 409
    assert service.ask("GET", f"/jobs/{job_id}").json["kind"] == "guides"
    service.score(job_id, GUIDES, kind=Kind.GUIDES)
    found = service.ask("GET", f"/jobs/{job_id}/targets").json["targets"]
    assert [(one["guide"], one["pam"], one["contig"], one["start"]) for one in found] == [
        (GUIDE, "NGG", "guides", 1),
        ("GCCGGACGGCTTTGGCGGCA", "CGG", "guides", 2),
        (GUIDE, "AAG", "guides", 3),
    ]
    assert "NAG PAM" in found[2]["warnings"]
    for name in ("csv", "genbank", "html"):
        answer = service.ask("GET", f"/jobs/{job_id}/export", query={"format": name})
        assert answer.text.encode() == expected_file(name, GUIDES, Kind.GUIDES)


def pages(service: Service, job_id: str, limit: int) -> list[dict[str, Any]]:
    cursor, found = None, []
    while True:
        query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
        page = service.ask("GET", f"/jobs/{job_id}/targets", query=query).json
        assert len(page["targets"]) <= limit
        found += page["targets"]
        cursor = page["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 1000])
def test_targets_come_in_query_order_whatever_the_page(service: Service, limit: int) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    found = pages(service, job_id, limit)
    assert [target["guide"] for target in found] == list(science.guides(SEQUENCE))
    assert [target["id"] for target in found] == list(range(1, len(found) + 1))
    assert len(found) > 5
    assert all(tuple(target) == COLUMNS for target in found)


def test_targets_are_given_as_far_as_they_are_scored(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    page = service.ask("GET", f"/jobs/{job_id}/targets").json
    assert (page["guides"], page["targets"], page["next"]) == (None, [], "1")
    service.score(job_id, SEQUENCE, only=1)
    page = service.ask("GET", f"/jobs/{job_id}/targets").json
    assert (page["status"], len(page["targets"]), page["next"]) == ("scoring", 2, "3")
    page = service.ask("GET", f"/jobs/{job_id}/targets", query={"cursor": "3"}).json
    assert (page["targets"], page["next"]) == ([], "3")
    service.jobs.fail(job_id, "why", 9)
    page = service.ask("GET", f"/jobs/{job_id}/targets", query={"cursor": "3"}).json
    assert (page["targets"], page["next"]) == ([], None)


def test_a_job_without_guides_has_an_empty_page(service: Service) -> None:
    job_id = service.submit("ACGT")
    service.score(job_id, "ACGT")
    page = service.ask("GET", f"/jobs/{job_id}/targets").json
    assert (page["status"], page["guides"], page["targets"], page["next"]) == ("complete", 0, [], None)


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"cursor": "0"}, {"cursor": "x"}]
)
def test_a_malformed_page_is_refused(service: Service, query: dict[str, Any]) -> None:
    job_id = service.submit(SEQUENCE)
    answer = service.ask("GET", f"/jobs/{job_id}/targets", query=query)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [f"query.{next(iter(query))}"]


def expected_file(name: Format, sequence: str = SEQUENCE, kind: Kind = Kind.SEQUENCE) -> bytes:
    out = io.BytesIO()
    contigs = parse_query(sequence) if kind is Kind.SEQUENCE else []
    write(Design("phage", list(expected_targets(sequence, kind)), contigs, kind), name, out)
    return out.getvalue()


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if not one.binary])
def test_an_export_is_what_the_science_writes(service: Service, name: Format) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    answer = service.ask("GET", f"/jobs/{job_id}/export", query={"format": name})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == FORMATS[name].media_type
    ending = FORMATS[name].endings[0]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="crackling-{job_id}.{ending}"'
    assert answer.text.encode() == expected_file(name)


@pytest.mark.parametrize("name", [name for name, one in FORMATS.items() if one.binary])
def test_what_is_no_text_is_at_an_address(service: Service, name: Format) -> None:
    """The gateway carries text; the address names the file and its kind."""
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    answer = service.ask("GET", f"/jobs/{job_id}/export", query={"format": name})
    assert answer.status == 303
    key = f"jobs/{job_id}/export.{FORMATS[name].endings[0]}"
    assert answer.headers["Location"].startswith(f"https://data.example/{key}?")
    assert service.clients.s3.objects["data", key] == expected_file(name)


def test_a_large_export_is_answered_with_an_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    inline = service.ask("GET", f"/jobs/{job_id}/export", query={"format": "csv"}).text
    monkeypatch.setattr(results, "MAX_INLINE_BYTES", 100)
    for _ in range(2):  # the second finds the object
        answer = service.ask("GET", f"/jobs/{job_id}/export")
        assert answer.status == 303
        assert answer.headers["Location"].startswith(f"https://data.example/jobs/{job_id}/export.csv?")
    assert service.clients.s3.objects["data", f"jobs/{job_id}/export.csv"].decode() == inline
    rows = list(csv.DictReader(io.StringIO(inline, newline="")))
    assert [row["guide"] for row in rows] == list(science.guides(SEQUENCE))


def test_an_export_waits_for_the_job(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    answer = service.ask("GET", f"/jobs/{job_id}/export")
    assert (answer.status, "queued" in answer.json["detail"]) == (409, True)
    assert service.ask("GET", f"/jobs/{job_id}/export", query={"format": "docx"}).status == 422


@pytest.mark.parametrize(
    ("asked", "searched"),
    [
        ({"sequence": f" {SEQUENCE[:50]}\n{SEQUENCE[50:].lower()}"}, f">query\n{SEQUENCE}\n"),
        ({"fasta": ">one first\r\nacgu\r\n>\r\nNN\r\n"}, ">one\nACGT\n>contig_2\nNN\n"),
    ],
)
def test_a_query_is_told_as_it_was_searched(service: Service, asked: dict[str, Any], searched: str) -> None:
    """From the start, under the names and with the letters that places refer to."""
    service.make_ready()
    job_id = service.ask("POST", "/jobs", {**asked, "genome": "phage"}).json["jobId"]
    answer = service.ask("GET", f"/jobs/{job_id}/query")
    assert (answer.status, answer.text) == (200, searched)
    assert answer.headers["Content-Type"] == "text/x-fasta; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="crackling-{job_id}-query.fa"'


def test_a_query_that_an_answer_cannot_carry_is_at_an_address(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million nameless bases are longer as FASTA than what was sent."""
    job_id = service.submit(SEQUENCE)
    monkeypatch.setattr(results, "MAX_INLINE_BYTES", 50)
    answer = service.ask("GET", f"/jobs/{job_id}/query")
    assert answer.status == 303
    assert answer.headers["Location"].startswith(f"https://data.example/jobs/{job_id}/searched.fa?")
    stored = service.clients.s3.objects["data", f"jobs/{job_id}/searched.fa"]
    assert stored.decode() == f">query\n{SEQUENCE}\n"


def test_a_query_that_is_deleted_is_a_404(service: Service) -> None:
    """Check the case that the bucket deletes the query before the table deletes the job."""
    job_id = service.submit(SEQUENCE)
    del service.clients.s3.objects["data", f"jobs/{job_id}/query.fa"]
    answer = service.ask("GET", f"/jobs/{job_id}/query")
    assert (answer.status, "deleted after a while" in answer.json["detail"]) == (404, True)


def test_off_targets_are_those_of_the_target(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    guides = list(science.guides(SEQUENCE))
    for number in (1, 3, len(guides)):
        view = service.ask("GET", f"/jobs/{job_id}/targets/{number}/offtargets").json
        assert (view["target"], view["guide"], view["total"]) == (number, guides[number - 1], 3)
        assert [place["guide"] for place in view["offTargets"]] == [guides[number - 1]] * 3
    view = service.ask("GET", f"/jobs/{job_id}/targets/1/offtargets", query={"limit": "2"}).json
    assert (view["total"], len(view["offTargets"])) == (3, 2)


def test_off_targets_and_targets_tell_their_gene(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.annotate("g\t.\tgene\t1\t1\t.\t+\t.\tID=x;Name=first\n")
    service.score(job_id, SEQUENCE, locus=Locus("first", "exon"))
    places = service.ask("GET", f"/jobs/{job_id}/targets/1/offtargets").json["offTargets"]
    assert [(place["gene"], place["feature"]) for place in places] == [
        ("first", "exon"),
        (None, "intergenic"),
        (None, "intergenic"),
    ]
    targets = service.ask("GET", f"/jobs/{job_id}/targets").json["targets"]
    assert {(target["gene"], target["feature"]) for target in targets} == {("first", "exon")}
    assert service.ask("GET", f"/jobs/{job_id}").json["annotated"] is True
    assert service.ask("GET", "/genomes/phage").json["annotated"] is True


def test_without_annotation_genes_are_null(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    place = service.ask("GET", f"/jobs/{job_id}/targets/1/offtargets").json["offTargets"][0]
    target = service.ask("GET", f"/jobs/{job_id}/targets").json["targets"][0]
    assert [place["gene"], place["feature"], target["gene"], target["feature"]] == [None] * 4


def test_a_list_of_off_targets_that_takes_too_long_is_asked_for_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)

    def late(*_: object) -> None:
        raise NotYetError("the time is over")

    monkeypatch.setattr(science.Indexes, "off_targets", late)
    path = f"/jobs/{job_id}/targets/1/offtargets"
    for _ in range(2):
        answer = service.ask("GET", path)
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
        assert answer.json["detail"] == "The list is queued"
    assert service.sent.count(("off_target_list", dump(ListOffTargets(job_id, 1)))) == 1

    found = OffTarget("ACGT", "g", 0, 23, "+", "ACGT", "AGG", 0, "." * 20, 0.0, 1.0)
    stored = StoredLists(objects=ObjectStore(service.clients.s3, "data"))
    stored.write(job_id, 1, OffTargets("ACGT", 70_000, [found, found]))
    view = service.ask("GET", path, query={"limit": "1"}).json
    assert (view["total"], len(view["offTargets"]), view["offTargets"][0]["contig"]) == (70_000, 1, "g")
    service.ask("DELETE", f"/jobs/{job_id}")
    assert stored.read(job_id, 1) is None


def test_off_targets_of_what_is_not_there(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    beyond = len(list(science.guides(SEQUENCE))) + 1
    assert service.ask("GET", f"/jobs/{job_id}/targets/{beyond}/offtargets").status == 404
    assert service.ask("GET", f"/jobs/{job_id}/targets/0/offtargets").status == 422


def test_a_job_whose_genome_was_replaced_answers_right_and_says_so(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    path = f"/jobs/{job_id}/targets/1/offtargets"
    before = service.ask("GET", path).json
    assert service.ask("DELETE", "/genomes/phage").status == 204
    assert service.ask("GET", "/genomes/phage").status == 404
    assert service.ask("DELETE", "/genomes/phage").status == 404
    service.genomes.claim("phage", "d", Source.UPLOAD, [Part.ISSL], NOW)
    service.genomes.issl_done("phage", "d", [IndexFile("genomes/phage/d/genome.issl", 9)], NOW)
    service.genomes.mark_ready("phage", "d", NOW)
    assert service.ask("GET", path).json == before
    job = service.ask("GET", f"/jobs/{job_id}").json
    assert (job["genomeReplaced"], job["genomeBases"]) == (True, 48502)
    service.genomes.retirement.remove("phage", "c")
    refused = service.ask("GET", path)
    assert refused.status == 409
    assert "is no longer kept; submit the job again" in refused.json["detail"]
    job = service.ask("GET", f"/jobs/{job_id}").json
    assert (job["genomeReplaced"], job["genomeBases"]) == (True, None)


def test_off_targets_of_a_damaged_index_wait_for_it(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    path, index = f"/jobs/{job_id}/targets/1/offtargets", ("genome", "genomes/phage/c/genome.issl")
    before, content = service.ask("GET", path).json, service.clients.s3.objects.pop(index)
    for _ in range(2):
        refused = service.ask("GET", path)
        assert refused.status == 409
        assert refused.json["detail"] == (
            "The off-target index of the genome phage was damaged and is being built anew; ask again when it is ready"
        )
    genome = service.ask("GET", "/genomes/phage").json
    assert (genome["state"], genome["done"], bool(genome["damaged"])) == ("preparing", ["fasta"], True)
    assert service.ask("GET", f"/jobs/{job_id}").json["genomeReplaced"] is False
    service.clients.s3.objects[index] = content
    service.genomes.issl_done("phage", "c", [IndexFile("genomes/phage/c/genome.issl", 9)], NOW)
    service.genomes.mark_ready("phage", "c", NOW)
    assert service.ask("GET", path).json == before
    assert bool(service.ask("GET", "/genomes/phage").json["damaged"]) is True
    del service.clients.s3.objects[index]
    refused = service.ask("GET", path)
    assert (refused.status, service.ask("GET", "/genomes/phage").json["state"]) == (409, "failed")
    assert "building it anew did not help" in refused.json["detail"]


def test_a_job_whose_index_is_built_anew_says_so(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE, only=1)
    assert service.ask("GET", f"/jobs/{job_id}").json["indexDamaged"] is False
    service.genomes.mark_damaged("phage", "c", NOW)
    service.genomes.progress("phage", "c", Progress(Part.ISSL, 5, 10, Phase.SORTING), NOW)
    job = service.ask("GET", f"/jobs/{job_id}").json
    assert (job["status"], job["indexDamaged"]) == ("scoring", True)
    assert job["genomeProgress"] == {"part": "issl", "phase": "sorting", "done": 5, "total": 10}


def test_a_full_disk_leaves_the_list_to_a_function_with_another(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise FullDiskError("9 bytes", Path("/tmp"))

    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    monkeypatch.setattr(science.Indexes, "off_targets", full)
    answer = service.ask("GET", f"/jobs/{job_id}/targets/1/offtargets")
    assert answer.status == 503
    assert answer.json["detail"] == "The list is queued"
    assert ("off_target_list", dump(ListOffTargets(job_id, 1))) in service.sent


def test_the_body_may_be_base64(service: Service) -> None:
    import base64

    service.make_ready()
    body = base64.b64encode(json.dumps({"sequence": "ACGT", "genome": "phage"}).encode()).decode()
    assert service.ask("POST", "/jobs", body, isBase64Encoded=True).status == 202


def test_a_job_that_waits_shows_how_far_its_genome_is(service: Service) -> None:
    job_id = service.submit("ACGT")
    service.genomes.delete("phage")
    service.genomes.claim("phage", "c2", Source.UPLOAD, [Part.FASTA, Part.ISSL], NOW)
    service.genomes.progress("phage", "c2", Progress(Part.ISSL, 100, 48502, Phase.SORTING), NOW)
    assert service.ask("GET", f"/jobs/{job_id}").json["genomeProgress"] is None
    service.jobs.mark_preparing(job_id, NOW)
    progress = {"part": "issl", "phase": "sorting", "done": 100, "total": 48502}
    assert service.ask("GET", f"/jobs/{job_id}").json["genomeProgress"] == progress
    service.jobs.pin(job_id, "c2", NOW)
    assert service.ask("GET", f"/jobs/{job_id}").json["genomeProgress"] is None


def test_a_job_that_waits_for_the_index_shows_how_far_its_download_is(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    service.jobs.set_guides(job_id, 5, NOW)
    assert service.ask("GET", f"/jobs/{job_id}").json["indexDownload"] is None
    service.jobs.note_download(job_id, 100, 400, NOW)
    assert service.ask("GET", f"/jobs/{job_id}").json["indexDownload"] == {"done": 100, "total": 400}
    service.jobs.note_download(job_id, 100, 400, NOW - 60)
    assert service.ask("GET", f"/jobs/{job_id}").json["indexDownload"] is None


# --- sizes ---

# API Gateway takes headers of 10,240 bytes, and the event has them twice.
REST_OF_THE_EVENT = 50_000
LAMBDA_LIMIT = 6 * 1024 * 1024


@pytest.mark.parametrize(
    "query",
    [
        {"sequence": "A\r\n" * (MAX_QUERY_LETTERS // 3)},
        {"fasta": "\n".join(f">{number}\r\nA\r" for number in range(MAX_QUERY_LETTERS // 13))},
        {"guides": ["\tACGTACGTACGTACGTACGT\tNGG\t"] * MAX_QUERY_GUIDES},
        {"guides": "ACGTACGTACGTACGTACGTNGG\r\n" * MAX_QUERY_GUIDES},
    ],
)
def test_lambda_carries_the_largest_queries(query: dict[str, Any]) -> None:
    """Lambda counts the event, in which the body is a string of JSON within JSON."""
    assert all(
        len(text if isinstance(text, str) else "\n".join(text)) <= MAX_QUERY_LETTERS
        for text in query.values()
    )
    body = json.dumps({**query, "genome": "GCF_000005845.2", "options": {"consensus": 2}}, indent=1)
    assert len(json.dumps({"body": body})) + REST_OF_THE_EVENT < LAMBDA_LIMIT


def test_an_answer_that_lambda_would_not_carry_says_what_helps(service: Service) -> None:
    """Each target has the name of its contig, which a user chose."""
    name, sequence = "n" * 90_000, "ACGTACGTACGTACGTACGTAGG" * 90
    job_id = service.submit(fasta=f">{name}\n{sequence}")
    service.score(job_id, f">{name}\n{sequence}")
    answer = service.ask("GET", f"/jobs/{job_id}/targets", query={"limit": "1000"})
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert "a smaller limit" in answer.json["detail"]
    assert len(answer.text) < 1_000
    assert service.ask("GET", f"/jobs/{job_id}/targets", query={"limit": "10"}).status == 200


# --- deletion and expiry ---

PARTS = ("", "/query", "/targets", "/export", "/targets/1/offtargets")


def everything_of(service: Service, job_id: str) -> list[Any]:
    """Return what is stored under the id of a job, except its own item."""
    tables = service.clients.dynamodb.tables
    items = [key for table in ("targets", "genomes") for key in tables[table] if job_id in "".join(key)]
    return items + [key for _, key in service.clients.s3.objects if job_id in key]


def a_complete_job(service: Service) -> str:
    job_id = service.submit(SEQUENCE)
    service.score(job_id, SEQUENCE)
    service.genomes.add_waiter("phage", job_id, 9)
    assert service.ask("GET", f"/jobs/{job_id}/export", query={"format": "xlsx"}).status == 303
    assert len(everything_of(service, job_id)) >= 4
    return job_id


def test_a_job_is_deleted_with_everything_of_it_at_once(service: Service) -> None:
    other = a_complete_job(service)
    before = everything_of(service, other)
    job_id = a_complete_job(service)
    assert service.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert everything_of(service, job_id) == []
    item = service.clients.dynamodb.tables["jobs"][job_id,]
    assert item.keys() == {
        "jobId", "genomeId", "options", "chunkSize", "created", "updated", "expires", "deleted",
    }  # fmt: skip
    for part in PARTS:
        answer = service.ask("GET", f"/jobs/{job_id}{part}")
        assert (answer.status, answer.json["title"]) == (410, "Gone"), part
        assert "was deleted" in answer.json["detail"]
    assert service.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert everything_of(service, other) == before
    assert service.ask("GET", f"/jobs/{other}").status == 200


def test_many_chunks_are_deleted(service: Service) -> None:
    job_id = service.submit(SEQUENCE)
    sites = query_sites(SEQUENCE)
    for number in range(120):
        service.targets.create(Chunk(job_id, number, number + 1, tuple(sites[:1])), 9)
    assert service.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert not list(service.targets.chunks(job_id))


def test_a_job_that_is_not_there_cannot_be_deleted(service: Service) -> None:
    assert service.ask("DELETE", "/jobs/nothing").status == 404
    assert not service.clients.dynamodb.tables["jobs"]


def test_an_expired_job_is_gone_to_the_second(service: Service) -> None:
    job_id = a_complete_job(service)
    item = service.clients.dynamodb.tables["jobs"][job_id,]
    service.clients.dynamodb.tables["jobs"][job_id,] = item | {"expires": {"N": str(int(NOW) + 1)}}
    assert [service.ask("GET", f"/jobs/{job_id}{part}").status for part in PARTS] == [200] * len(PARTS)
    address = service.ask("GET", f"/jobs/{job_id}/export", query={"format": "xlsx"}).headers["Location"]
    service.clients.dynamodb.tables["jobs"][job_id,] = item | {"expires": {"N": str(int(NOW))}}
    for part in PARTS:
        answer = service.ask("GET", f"/jobs/{job_id}{part}")
        assert (answer.status, "has expired" in answer.json["detail"]) == (410, True), part
    assert "Expires=1" in address or "=1&" in address or address.endswith("=1"), address
    assert service.ask("DELETE", f"/jobs/{job_id}").status == 204
    assert everything_of(service, job_id) == []
