"""Test jobs whose query is a region: what is read, that it is kept, and every refusal."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from crackling.annotation.annotation import read_gff
from crackling.errors import InputError
from crackling.sequences.fasta import parse_query
from crackling_aws.messages import ScanJob
from crackling_aws.models.genomes import Part, Source
from crackling_aws.models.jobs import Job, JobOptions
from crackling_aws.preparation.download import copy_fasta
from crackling_aws.queues import Queue
from crackling_aws.stores import keys
from crackling_aws.stores.objects import MissingObjectError, ObjectStore
from crackling_aws.stores.targets import TargetStore
from crackling_lambdas.genomes.annotations import Annotations
from crackling_lambdas.jobs import regions
from crackling_lambdas.jobs.regions import Regions
from crackling_lambdas.jobs.scanning import Scan, query_sites
from fakes.known import known

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Cloud

BASES = "".join(random.Random(3).choices("ACGT", k=200_000))
GENES = """chr2\t.\tgene\t100001\t100400\t.\t-\t.\tID=g;Name=GEN1;locus_tag=x_1
chr2\t.\tgene\t1\t150001\t.\t-\t.\tID=h;Name=LONG
"""


def prepare(cloud: Cloud, claim: str = "c", bases: str = BASES, *, annotated: bool = True) -> None:
    """Store what a preparation leaves of a genome."""
    objects, out = ObjectStore(cloud.s3, "genome"), io.BytesIO()
    index = copy_fasta(io.BytesIO(f">chr1\nACGT\n>chr2\n{bases}\n".encode()), out, "mine")
    objects.put(keys.fasta("mine", claim), out.getvalue())
    objects.put(keys.contig_table("mine", claim), index.fai())
    objects.put(keys.block_table("mine", claim), index.blocks.encode())
    cloud.genomes.delete("mine")
    cloud.genomes.claim("mine", claim, Source.UPLOAD, [Part.FASTA], 1)
    if annotated:
        out = io.BytesIO()
        read_gff(io.BytesIO(GENES.encode()), "genes").write(out)
        objects.put(keys.genes("mine", claim), out.getvalue())
        cloud.genomes.annotation_done("mine", claim, 1)
    cloud.genomes.fasta_done("mine", claim, 2, 200_004, 1)
    cloud.genomes.mark_ready("mine", claim, 1)


def make_scan(cloud: Cloud) -> Scan:
    files = ObjectStore(cloud.s3, "genome")
    return Scan(
        jobs=cloud.jobs,
        targets=TargetStore(cloud.dynamodb, "targets", "jobs"),
        queries=ObjectStore(cloud.s3, "data"),
        read_preparation=cloud.genomes.preparation,
        regions=Regions(objects=files, annotations=Annotations(objects=files)),
        consensus=Queue(cloud.sqs, "consensus"),
        off_target=Queue(cloud.sqs, "off_target"),
        clock=lambda: 1.0,
    )


@pytest.fixture
def scan(cloud: Cloud) -> Callable[..., str]:
    """Scan a job that names a region; return the query that is kept."""

    def run(region: str, job_id: str = "j") -> str:
        job = Job(job_id, "mine", JobOptions(), 200, created=1, updated=1, expires=2)
        cloud.jobs.create(replace(job, region=region))
        if (genome := cloud.genomes.get("mine")) is not None and genome.claim is not None:
            cloud.genomes.use("mine", genome.claim, 2)
            cloud.jobs.pin(job_id, genome.claim, 1)
        make_scan(cloud).run(ScanJob(job_id))
        content: bytes = cloud.s3.objects["data", keys.query(job_id)]
        return content.decode()

    return run


@pytest.mark.parametrize(
    ("region", "header", "start", "end"),
    [
        ("gen1", "GEN1 chr2:100001-100400", 100_000, 100_400),
        ("x_1", "GEN1 chr2:100001-100400", 100_000, 100_400),
        ("chr2:65,001-66,000", "chr2:65001-66000 chr2:65001-66000", 65_000, 66_000),
    ],
)
def test_a_region_is_a_query_like_any_other(
    cloud: Cloud, scan: Callable[..., str], region: str, header: str, start: int, end: int
) -> None:
    prepare(cloud)
    text = scan(region)
    assert text.partition("\n")[0] == f">{header}"
    assert [contig.sequence for contig in parse_query(text)] == [BASES[start:end]]
    assert known(cloud.jobs.get("j")).guides == len(query_sites(text)) > 0


def test_a_repetition_goes_on_with_what_was_read_first(cloud: Cloud, scan: Callable[..., str]) -> None:
    prepare(cloud)
    first = scan("gen1")
    prepare(cloud, "d", BASES[::-1])
    assert scan("gen1") == first
    assert scan("gen1", "another") != first


def test_a_part_of_a_large_file_is_fetched(
    cloud: Cloud, scan: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(cloud)
    asked = []
    read = ObjectStore.read

    def noting(self: Any, key: str, start: int, end: int) -> bytes:
        asked.append(end - start)
        return read(self, key, start, end)

    monkeypatch.setattr(ObjectStore, "read", noting)
    scan("chr2:100,001-100,400")
    whole = len(cloud.s3.objects["genome", keys.fasta("mine", "c")])
    assert 0 < sum(asked) < whole / 2


def test_coordinates_do_without_the_annotation(cloud: Cloud, scan: Callable[..., str]) -> None:
    prepare(cloud)
    del cloud.s3.objects["genome", keys.genes("mine", "c")]
    assert scan("chr2:1-23")


@pytest.mark.parametrize(
    ("region", "says"),
    [
        ("chr3:1-2", "the genome has no contig chr3; it has chr1, chr2"),
        ("chr1:1-5", "the contig has 4 bases"),
        ("GEN2", "no such gene; its annotation has GEN1"),
        (
            "LONG",
            r"LONG: has 150,001 bases \(chr2:1-150001\); the limit of a job is 150,000; give a part of it",
        ),
    ],
)
def test_what_the_genome_has_not_is_refused(
    cloud: Cloud, scan: Callable[..., str], monkeypatch: pytest.MonkeyPatch, region: str, says: str
) -> None:
    monkeypatch.setattr(regions, "MAX_QUERY_BASES", 150_000)
    prepare(cloud)
    with pytest.raises(InputError, match=says):
        scan(region)


def test_a_gene_of_a_genome_without_annotation_is_refused(cloud: Cloud, scan: Callable[..., str]) -> None:
    prepare(cloud, annotated=False)
    with pytest.raises(InputError, match="no annotation to find a gene in"):
        scan("GEN1")


def test_a_genome_that_was_prepared_without_tables_is_refused_with_the_remedy(
    cloud: Cloud, scan: Callable[..., str]
) -> None:
    prepare(cloud)
    del cloud.s3.objects["genome", keys.block_table("mine", "c")]
    with pytest.raises(InputError, match="before its genes and regions could be named; give the sequence"):
        scan("chr1:1-4")


def test_a_genome_that_is_no_longer_kept_is_told(cloud: Cloud, scan: Callable[..., str]) -> None:
    with pytest.raises(InputError, match="The genome mine that the job began with is no longer kept"):
        scan("chr1:1-4")


def test_a_genome_that_was_replaced_is_read_as_it_was(cloud: Cloud, scan: Callable[..., str]) -> None:
    prepare(cloud)
    first = scan("gen1")
    del cloud.s3.objects["data", keys.query("j")]
    prepare(cloud, "d", BASES[::-1])
    assert scan("gen1") == first  # the message was delivered again


def test_a_query_of_a_user_that_is_missing_is_no_region(cloud: Cloud, scan: Callable[..., str]) -> None:
    prepare(cloud)
    with pytest.raises(MissingObjectError):
        scan(None)
