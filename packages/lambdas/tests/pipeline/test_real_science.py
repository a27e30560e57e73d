"""Test the whole path with the real science and no faults: upload, prepare, scan, score, export."""

from __future__ import annotations

import io
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

import crackling
from crackling.annotation.annotation import read_gff
from crackling.results import FORMATS, write
from crackling.sequences.fasta import Contig
from crackling.specificity import Index, build_index
from crackling_aws.codec import from_item
from crackling_aws.models.jobs import IndexDownload, Job
from crackling_aws.stores import keys
from fakes.known import known
from simulator import scenario
from simulator import world as worlds
from simulator.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from crackling.results import Design
    from crackling_aws.models.genomes import Genome


@pytest.fixture
def world(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Provide a world without faults whose functions use the real science; only bowtie2 is faked."""
    monkeypatch.setitem(worlds.ENVIRONMENT, "LAMBDA_LIMIT_BASES", "1000000")
    monkeypatch.setattr(worlds, "SCIENCE", {"bowtie2": worlds.SCIENCE["bowtie2"]})
    world = World(0, scratch, rate=0)
    world.faults.stop()
    return world


def test_a_job_gives_the_bytes_that_the_science_writes(world: World, tmp_path: Path) -> None:
    rng = random.Random(7)
    bases = "".join(rng.choices("ACGT", k=20_000))
    genome = f">chr1\n{bases[:12_000]}\n>chr2\n{bases[12_000:].lower()}\n"
    query = bases[3_000:3_400] + bases[3_100:3_200]
    world.request("POST", "/genomes", json.dumps({"genome": "mine"}))
    world.s3.objects["genome", keys.upload("mine")] = genome.encode()
    job_id = json.loads(submit(world, query)["body"])["jobId"]
    world.run(at_rest=lambda: None)

    job = known(scenario.jobs(world).get(job_id))
    assert (job.status, job.failure) == ("complete", None)
    design = expected(genome, query, tmp_path)
    assert len(design) == job.guides == 50
    for name, form in FORMATS.items():
        out = io.BytesIO()
        write(design, name, out)
        if form.binary:
            export(world, job_id, name)
            assert world.s3.objects["data", keys.export(job_id, name)] == out.getvalue()
        else:
            assert export(world, job_id, name).encode() == out.getvalue()


def test_an_uploaded_annotation_tells_genes(world: World, tmp_path: Path) -> None:
    """One gene with an exon of the first 100 bases, as the command line reads it."""
    bases = "".join(random.Random(8).choices("ACGT", k=5_000))
    gff = "chr1\t.\tgene\t1001\t1200\t.\t+\t.\tID=g;Name=GEN1\nchr1\t.\texon\t1001\t1100\t.\t+\t.\tParent=g\n"
    world.request("POST", "/genomes", json.dumps({"genome": "mine", "annotation": True}))
    world.s3.objects["genome", keys.upload("mine")] = f">chr1\n{bases}\n".encode()
    world.s3.objects["genome", keys.annotation_upload("mine")] = gff.encode()
    query = bases[900:1_300]
    job_id = json.loads(submit(world, query)["body"])["jobId"]
    world.run(at_rest=lambda: None)
    annotation = read_gff(io.BytesIO(gff.encode()), "genes")
    design = expected(f">chr1\n{bases}\n", query, tmp_path, annotation)
    out = io.BytesIO()
    write(design, "csv", out)
    assert export(world, job_id, "csv").encode() == out.getvalue()
    assert {target.feature for target in design} == {"exon", "intron", "intergenic"}


def test_a_gene_of_the_genome_is_a_query(world: World, tmp_path: Path) -> None:
    bases = "".join(random.Random(8).choices("ACGT", k=5_000))
    gff = "chr2\t.\tgene\t1001\t1400\t.\t-\t.\tID=g;Name=GEN1;locus_tag=x_1\n"
    genome = f">chr1\n{bases[::-1]}\n>chr2\n{bases.lower()}\n"
    world.request("POST", "/genomes", json.dumps({"genome": "mine", "annotation": True}))
    world.s3.objects["genome", keys.upload("mine")] = genome.encode()
    world.s3.objects["genome", keys.annotation_upload("mine")] = gff.encode()
    job_id = json.loads(submit(world, region="X_1")["body"])["jobId"]
    world.run(at_rest=lambda: None)
    annotation = read_gff(io.BytesIO(gff.encode()), "genes")
    contig = Contig("GEN1", bases[1000:1400])
    design = expected(genome, contig.sequence, tmp_path, annotation, contig.name)
    out = io.BytesIO()
    write(design, "genbank", out)
    assert export(world, job_id, "genbank").encode() == out.getvalue()
    assert {target.gene for target in design} == {"GEN1"}


def test_a_slow_download_of_the_index_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each request for a part of the index takes three seconds."""
    fetch, told = world.s3.get_object, list[IndexDownload]()

    def slowly(**request: Any) -> Any:
        if request["Key"].endswith(".issl"):
            world.now += 3
        return fetch(**request)

    watched = world.dynamodb.watch["jobs"]

    def note(before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        watched(before, after)
        job = from_item(Job, known(after))
        if download := job.awaited_download(world.now):
            told.append(download)

    monkeypatch.setattr(world.s3, "get_object", slowly)
    world.dynamodb.watch["jobs"] = note
    bases = "".join(random.Random(9).choices("ACGT", k=5_000))
    world.request("POST", "/genomes", json.dumps({"genome": "mine"}))
    world.s3.objects["genome", keys.upload("mine")] = f">chr1\n{bases}\n".encode()
    job_id = json.loads(submit(world, bases[900:1_300])["body"])["jobId"]
    world.run(at_rest=lambda: None)
    assert told
    assert all(0 < each.done < each.total for each in told)
    assert [each.done for each in told] == sorted(each.done for each in told)
    job = json.loads(known(world.request("GET", f"/jobs/{job_id}"))["body"])
    assert (job["status"], job["indexDownload"]) == ("complete", None)


def test_an_annotation_of_another_genome_fails_with_the_reason(world: World) -> None:
    world.request("POST", "/genomes", json.dumps({"genome": "mine", "annotation": True}))
    world.s3.objects["genome", keys.upload("mine")] = b">chr1\nACGTACGTACGTACGTACGTACGTACGTAGG\n"
    world.s3.objects["genome", keys.annotation_upload("mine")] = b"c9\t.\tgene\t1\t9\t.\t+\t.\tID=g\n"
    submit(world, "ACGTACGTACGTACGTACGTAGG")
    world.run(at_rest=lambda: None)
    genome = json.loads(known(world.request("GET", "/genomes/mine"))["body"])
    assert genome["state"] == "failed"
    assert "names none of the genome's contigs (it has 'c9', for example)" in genome["reason"]


def test_a_genome_without_a_known_base_fails_with_the_reason(world: World) -> None:
    world.request("POST", "/genomes", json.dumps({"genome": "mine"}))
    world.s3.objects["genome", keys.upload("mine")] = f">chr1\n{'N' * 1000}\n>chr2\nNNRYN\n".encode()
    job_id = json.loads(submit(world, "ACGTACGTACGTACGTACGTAGG")["body"])["jobId"]
    world.run(at_rest=lambda: None)
    failure = known(known(scenario.jobs(world).get(job_id)).failure)
    assert "mine: holds no known base, only N and other ambiguous letters; give a FASTA file" in failure


def overwrite(index: bytes, _other: bytes) -> bytes | None:
    middle = len(index) // 2
    return index[:middle] + bytes(64) + index[middle + 64 :]


def cut_short(index: bytes, _other: bytes) -> bytes | None:
    return index[: len(index) // 2]


def empty(_index: bytes, _other: bytes) -> bytes | None:
    return b""


def spoil_the_header(index: bytes, _other: bytes) -> bytes | None:
    return index[:100] + b"\x55" + index[101:]


def exchange(_index: bytes, other: bytes) -> bytes | None:
    return other


def lose(_index: bytes, _other: bytes) -> bytes | None:
    return None


DAMAGES = [overwrite, cut_short, empty, spoil_the_header, exchange, lose]
INDEX = ("genome", "genomes/mine/{claim}/genome.issl")


class Damaged:
    """Hold a world with a genome that is ready, whose index is then damaged."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        rng = random.Random(7)
        self.bases = "".join(rng.choices("ACGT", k=20_000))
        world.request("POST", "/genomes", json.dumps({"genome": "mine"}))
        world.s3.objects["genome", keys.upload("mine")] = f">chr1\n{self.bases}\n".encode()
        self.before = self.design()
        build_index([io.BytesIO(f">chr1\n{self.bases[::-1]}\n".encode())], folder / "other")
        self.other = (folder / "other").read_bytes()

    @property
    def genome(self) -> Genome:
        return known(scenario.genomes(self.world).get("mine"))

    def design(self, start: int = 3_000) -> Job:
        """Submit a job, and let everything come to rest without the reaper."""
        job_id = json.loads(submit(self.world, self.bases[start : start + 300])["body"])["jobId"]
        self.rest()
        return known(scenario.jobs(self.world).get(job_id))

    def rest(self) -> None:
        while self.world._step():
            pass

    def damage(self, how: Callable[[bytes, bytes], bytes | None]) -> None:
        bucket, key = INDEX
        place = bucket, key.format(claim=self.genome.claim)
        damaged = how(self.world.s3.objects.pop(place), self.other)
        if damaged is not None:
            self.world.s3.objects[place] = damaged
        self.world._sandboxes.clear()  # functions that have the index on their disks know nothing of it

    def check(self, job: Job, folder: Path, start: int = 3_000) -> None:
        assert (job.status, job.failure) == ("complete", None)
        design = expected(f">chr1\n{self.bases}\n", self.bases[start : start + 300], folder)
        out = io.BytesIO()
        write(design, "csv", out)
        assert export(self.world, job.job_id, "csv").encode() == out.getvalue()


@pytest.mark.parametrize("how", DAMAGES)
def test_an_index_that_is_damaged_is_built_anew_and_its_job_waits_for_it(
    world: World, tmp_path: Path, how: Callable[[bytes, bytes], bytes | None]
) -> None:
    case = Damaged(world, tmp_path)
    claim, files = case.genome.claim, case.genome.files
    case.damage(how)
    case.check(case.design(9_000), tmp_path, 9_000)
    assert (case.genome.state, case.genome.claim, case.genome.files) == ("ready", claim, files)
    assert case.genome.damaged
    assert not list(scenario.genomes(world).waiters("mine"))
    case.check(case.before, tmp_path)


def test_an_index_that_is_damaged_again_fails_its_jobs_and_the_next_job_prepares_the_genome_from_its_source(
    world: World, tmp_path: Path
) -> None:
    case = Damaged(world, tmp_path)
    first = case.genome.claim
    case.damage(overwrite)
    case.design(6_000)
    case.damage(lose)
    failed = case.design(9_000)
    assert str(failed.failure) == (
        "The off-target index of the genome mine was damaged, and building it anew did not help: its index was damaged again "
        "after it had been built anew. Submit the job again: the genome is then prepared from its source"
    )
    assert (case.genome.state, case.genome.claim) == ("failed", first)
    case.check(case.design(9_000), tmp_path, 9_000)
    assert (case.genome.state, case.genome.damaged) == ("ready", None)
    assert case.genome.claim != first
    # What the earlier jobs are pinned to is kept for them.
    assert {found.claim for found in scenario.genomes(world).retirement.all()} == {first}
    case.check(case.before, tmp_path)


def test_an_index_whose_sequence_is_lost_too_fails_with_the_reason(world: World, tmp_path: Path) -> None:
    case = Damaged(world, tmp_path)
    case.damage(lose)
    del world.s3.objects["genome", keys.fasta("mine", known(case.genome.claim))]
    assert "mine: its sequence is no longer stored" in str(case.design(9_000).failure)
    case.check(case.design(9_000), tmp_path, 9_000)


def test_an_upload_that_has_expired_is_not_needed_to_build_an_index_anew(
    world: World, tmp_path: Path
) -> None:
    case = Damaged(world, tmp_path)
    del world.s3.objects["genome", keys.upload("mine")]
    case.damage(overwrite)
    case.check(case.design(9_000), tmp_path, 9_000)


def test_a_job_of_a_genome_that_was_deleted_says_that_its_index_is_damaged(
    world: World, tmp_path: Path
) -> None:
    case = Damaged(world, tmp_path)
    job_id = json.loads(submit(world, case.bases[6_000:6_300])["body"])["jobId"]
    while known(scenario.jobs(world).get(job_id)).guides is None:
        assert world._step()
    case.damage(overwrite)
    assert known(world.request("DELETE", "/genomes/mine"))["statusCode"] == 204
    case.rest()
    failure = str(known(scenario.jobs(world).get(job_id)).failure)
    assert failure.startswith("The off-target index of the genome mine that the job began with was damaged")


def submit(world: World, query: str | None = None, **more: object) -> dict[str, Any]:
    return known(world.request("POST", "/jobs", json.dumps({"sequence": query, "genome": "mine", **more})))


def export(world: World, job_id: str, extension: str) -> str:
    answer = known(world.request("GET", f"/jobs/{job_id}/export", query={"format": extension}))
    return str(answer["body"])


def expected(fasta: str, query: str, folder: Path, annotation: Any = None, name: str = "query") -> Design:
    build_index([io.BytesIO(fasta.encode())], folder / "index")
    with Index.open(folder / "index") as index:
        genome = crackling.Genome("mine", index, annotation)
        return crackling.design([Contig(name, query)], genome=genome, threads=1)
