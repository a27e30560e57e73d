"""Test that genomes become ready by themselves, once, or fail with a reason that every waiting job gives too."""

from __future__ import annotations

import gzip
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import build
from conftest import BACTERIUM, TROUBLED, UPLOAD_LIMIT
from crackling.specificity import Index, build_index
from delivery.api_client import ApiClient, ApiError, post_form
from expected import Expected
from local_stage import SAMPLE, SAMPLE_ACCESSION, Deployment
from localcloud.standins.faults import Fault, other_md5
from plumbing import STACK, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from localcloud.cloud import LocalCloud
    from web import Web

QUERY = (SAMPLE / "cI.fa").read_text()
FASTA = SAMPLE / "lambda_phage.fa"
PREPARING = ("Downloader", "IsslIndex")


def preparations(cloud: LocalCloud) -> Counter[str]:
    """Count the invocations so far of each function that prepares genomes."""
    return Counter(name for one in cloud.invocations() for name in PREPARING if name in one.function)


def announce(api: ApiClient, genome: str) -> dict[str, Any]:
    """Return the form that accepts a genome's file."""
    form: dict[str, Any] = api.post("/genomes", {"genome": genome})["upload"]
    return form


def upload(api: ApiClient, genome: str, content: bytes) -> None:
    form = announce(api, genome)
    post_form(form["url"], form["fields"], "genome.fa", content)


def failure(api: ApiClient, path: str, field: str) -> str:
    """Wait until a job or a genome has failed; return the reason."""
    for _ in range(300):
        answer = api.get(path)
        if answer[field] == "failed":
            return str(answer["reason"])
        assert answer[field] not in ("complete", "ready")
        time.sleep(0.1)
    raise AssertionError(f"{path} is still {answer[field]}")


def follow(api: ApiClient, job: str) -> list[tuple[str, str | None]]:
    """Return every status of a job until it finishes, each with the step of its genome that shows progress."""
    seen: list[tuple[str, str | None]] = []
    while not seen or seen[-1][0] not in ("complete", "failed"):
        answer = api.get(f"/jobs/{job}")
        progress = answer["genomeProgress"]
        seen.append((answer["status"], progress and progress["part"]))
        time.sleep(0.02)
    return seen


def objects(cloud: LocalCloud, prefix: str) -> list[str]:
    bucket = cloud.outputs(STACK)["GenomeBucket"]
    found = cloud.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [entry["Key"] for entry in found]


# --- from NCBI ---


def test_two_jobs_at_once_have_an_assembly_prepared_once(deployment: Deployment, expected: Expected) -> None:
    api, before = deployment.api, preparations(deployment.cloud)
    jobs = [api.submit(fasta=QUERY, genome=SAMPLE_ACCESSION) for _ in range(2)]
    seen = follow(api, jobs[0])
    assert [status for status, _ in seen if status == "preparing"]
    # A step may finish between two polls, so any of the steps may be missing, but at least one must be seen.
    assert {part for _, part in seen if part} <= {"fasta", "issl"}
    assert [part for _, part in seen if part], "no progress was seen"
    for job in jobs:
        api.wait_for_job(job)
        assert api.export(job, "csv") == expected.file(QUERY, "csv")
    steps = preparations(deployment.cloud) - before
    genome = api.get(f"/genomes/{SAMPLE_ACCESSION}")
    assert steps == dict.fromkeys(PREPARING, 1)
    assert (genome["state"], genome["source"], genome["contigs"], genome["bases"]) == (
        "ready",
        "accession",
        1,
        48502,
    )
    assert genome["done"] == genome["parts"]
    assert (genome["venue"], genome["progress"]) == ("lambda", None)
    assert genome["expectedBases"] > 0


def test_a_bacterium_is_prepared_with_a_bar_that_moves(
    deployment: Deployment, bacterial_genome: Path | None, tmp_path: Path
) -> None:
    if bacterial_genome is None:
        pytest.skip("CRACKLING_REFERENCE is not set: no E. coli to prepare")
    api = deployment.api
    job = api.submit(fasta=QUERY, genome=BACTERIUM)
    assert {"fasta", "issl"} & {step for _, step in follow(api, job)}
    genome = api.get(f"/genomes/{BACTERIUM}")
    assert (genome["venue"], genome["bases"], genome["contigs"]) == ("lambda", 4_639_675, 1)
    assert genome["expectedBases"] == genome["bases"]
    build_index([bacterial_genome], path := tmp_path / "bacterium.issl")
    with Index.open(path) as index:
        assert api.export(job, "csv") == Expected(index).file(QUERY, "csv")


def test_trouble_that_passes_costs_seconds(deployment: Deployment) -> None:
    """A failed message comes back within seconds, not after six time-outs of its function."""
    fault = Fault(rf"{TROUBLED}.*/md5checksums", other_md5, nth=[1])
    before = preparations(deployment.cloud)
    deployment.ncbi.faults.append(fault)
    try:
        deployment.api.wait_for_job(deployment.api.submit(fasta=QUERY, genome=TROUBLED))
    finally:
        deployment.ncbi.faults.remove(fault)
    assert (preparations(deployment.cloud) - before)["Downloader"] == 2


def test_a_later_job_finds_it_prepared(deployment: Deployment) -> None:
    before = preparations(deployment.cloud)
    deployment.api.wait_for_job(deployment.api.submit(fasta=QUERY, genome=SAMPLE_ACCESSION))
    assert preparations(deployment.cloud) == before


def test_an_assembly_that_ncbi_does_not_know_fails_the_job(api: ApiClient) -> None:
    job = api.submit(fasta=QUERY, genome="GCF_000000000.9")
    reason = failure(api, f"/jobs/{job}", "status")
    assert "GCF_000000000.9" in reason
    assert "NCBI" in reason
    assert api.get("/genomes/GCF_000000000.9")["venue"] is None  # it failed before any download


def test_all_jobs_hear_why_it_failed_and_the_next_tries_again(api: ApiClient) -> None:
    jobs = [api.submit(fasta=QUERY, genome="GCF_000000000.8") for _ in range(3)]
    reasons = {failure(api, f"/jobs/{job}", "status") for job in jobs}
    assert len(reasons) == 1
    first = api.get("/genomes/GCF_000000000.8")["updated"]
    failure(api, f"/jobs/{api.submit(fasta=QUERY, genome='GCF_000000000.8')}", "status")
    assert api.get("/genomes/GCF_000000000.8")["updated"] > first


# --- uploads ---


@pytest.mark.parametrize("ending", ["fa", "fa.gz"])
def test_a_genome_is_uploaded_plain_or_compressed(
    api: ApiClient, expected: Expected, tmp_path: Path, ending: str
) -> None:
    content = FASTA.read_bytes()
    path = tmp_path / f"genome.{ending}"
    path.write_bytes(gzip.compress(content) if ending == "fa.gz" else content)
    genome = f"own-{ending}"
    api.upload_genome(genome, "My strain", path)
    described = api.wait_for_genome(genome)
    assert (described["name"], described["source"], described["bases"]) == ("My strain", "upload", 48502)
    job = api.submit(fasta=QUERY, genome=genome)
    api.wait_for_job(job)
    assert api.export(job, "csv") == expected.file(QUERY, "csv")


def test_the_first_job_that_names_an_upload_prepares_it(api: ApiClient) -> None:
    upload(api, "not-completed", FASTA.read_bytes())
    job = api.submit(fasta=QUERY, genome="not-completed")
    api.wait_for_job(job)
    assert api.get("/genomes/not-completed")["state"] == "ready"


def test_genomes_are_listed_by_id(api: ApiClient) -> None:
    listed = api.genomes()
    names = [genome["genome"] for genome in listed]
    assert names == sorted(names)
    assert {SAMPLE_ACCESSION, "own-fa"} <= set(names)
    assert all(genome == api.get(f"/genomes/{genome['genome']}") for genome in listed)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("protein", b">contig_1\nACGTNEVERGREEN\n", "letter 6: 'E' is no nucleotide"),
        ("prose", b"This is not a sequence.\n", "not FASTA"),
        ("cut", gzip.compress(FASTA.read_bytes())[:5000], "the compressed data ends too early"),
        ("headers", b">contig_1\n>contig_2\n", "holds no sequence"),
    ],
)
def test_a_file_that_is_no_genome_fails_with_the_reason(
    api: ApiClient, name: str, content: bytes, reason: str
) -> None:
    upload(api, name, content)
    job = api.submit(fasta=QUERY, genome=name)
    told = failure(api, f"/jobs/{job}", "status")
    # The upload and the job both begin a preparation; the job may be told of the first while the second goes on.
    wait_until(lambda: api.get(f"/genomes/{name}")["state"] == "failed", f"{name} has failed")
    genome = api.get(f"/genomes/{name}")
    assert reason in genome["reason"]
    assert told == f"The genome {name} could not be prepared: {genome['reason']}"


def test_a_failed_genome_may_be_uploaded_again(api: ApiClient, cloud: LocalCloud) -> None:
    upload(api, "second-try", b"oops")
    api.post("/genomes/second-try/complete")
    failure(api, "/genomes/second-try", "state")
    bucket, left = (
        cloud.outputs(STACK)["GenomeBucket"],
        "genomes/second-try/old/genome.fa.gz",
    )
    cloud.client("s3").put_object(Bucket=bucket, Key=left, Body=b"what the first try left")
    upload(api, "second-try", FASTA.read_bytes())
    api.post("/genomes/second-try/complete")
    assert api.wait_for_genome("second-try")["reason"] is None
    files = objects(cloud, "genomes/second-try/")
    assert left not in files
    assert len({key.split("/")[2] for key in files}) == 1, "files of two preparations"


def test_a_form_takes_its_own_key_only(api: ApiClient, cloud: LocalCloud) -> None:
    form = announce(api, "form")
    for key in ("uploads/other/genome", "genomes/form/genome.issl", f"{form['fields']['key']}/more"):
        with pytest.raises(ApiError, match=r"403 .*AccessDenied"):
            post_form(form["url"], {**form["fields"], "key": key}, "genome.fa", b">a\nACGT\n")
    assert objects(cloud, "uploads/other/") == objects(cloud, "uploads/form/") == []


@pytest.mark.parametrize(("size", "code"), [(0, "EntityTooSmall"), (UPLOAD_LIMIT + 1, "EntityTooLarge")])
def test_a_form_takes_neither_nothing_nor_too_much(api: ApiClient, size: int, code: str) -> None:
    form = announce(api, "form")
    assert form["limit"] == UPLOAD_LIMIT
    with pytest.raises(ApiError, match=f"400 .*{code}"):
        post_form(form["url"], form["fields"], "genome.fa", b"A" * size)


def test_a_forged_form_is_refused(api: ApiClient) -> None:
    form = announce(api, "form")
    with pytest.raises(ApiError, match=r"403 .*SignatureDoesNotMatch"):
        post_form(form["url"], {**form["fields"], "x-amz-signature": "0" * 64}, "genome.fa", b">a\nACGT\n")


# --- deletion ---


@pytest.mark.skipif(not build.can_build_bowtie2(), reason="this machine cannot unpack Debian packages")
def test_a_bowtie2_index_is_built_on_demand(api: ApiClient, genome: str) -> None:
    assert api.get(f"/genomes/{genome}")["bowtie2"] is None
    assert "bowtie2" not in {file["part"] for file in api.get(f"/genomes/{genome}/files")["files"]}
    assert api.post(f"/genomes/{genome}/bowtie2")["bowtie2"] == "preparing"
    wait_until(lambda: api.get(f"/genomes/{genome}")["bowtie2"] == "ready", "the index is built")
    files = api.get(f"/genomes/{genome}/files")["files"]
    assert sum(file["part"] == "bowtie2" for file in files) == 6


def test_a_deleted_genome_leaves_jobs_what_they_began_with(
    api: ApiClient, web: Web, cloud: LocalCloud
) -> None:
    upload(api, "short-lived", FASTA.read_bytes())
    job = api.submit(fasta=QUERY, genome="short-lived")
    api.wait_for_job(job)
    before = api.export(job, "csv")
    off_targets = api.get(f"/jobs/{job}/targets/1/offtargets")
    files = objects(cloud, "genomes/short-lived/")
    assert files
    answer = web.ask("DELETE", "/api/genomes/short-lived")
    assert (answer.status, answer.body) == (204, b"")
    assert objects(cloud, "uploads/short-lived/") == []
    assert objects(cloud, "genomes/short-lived/") == files
    assert web.get("/api/genomes/short-lived").status == 404
    assert api.export(job, "csv") == before
    assert api.get(f"/jobs/{job}/targets/1/offtargets") == off_targets
    assert api.get(f"/jobs/{job}")["genomeReplaced"] is True
    assert web.ask("DELETE", "/api/genomes/short-lived").status == 404
